export default {
  title: "What was done",
  nothing_yet: "Nothing on record yet",
  somebody: "the person",
  called: "Called {who}: {outcome}",
  visit: "{who} visits",
  note: "Note it",
  note_hint: "Ctrl+Enter does it, too",
  noted: "Noted",
  call_noted: "The call is on record",
  notes: "notes: {count}",
  ago: "{ago} ago",
  overdue: "{by} overdue",
};
