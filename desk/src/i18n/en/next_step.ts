export default {
  label: "Next",
  escalate: "others are told, by the policy",
  desk: "the desk keeps sounding, nobody else can be told",
  tells: "tells {target}: {people}",
  contact_reminder: "nobody was called yet: it sounds again",
  ack_timeout: "goes back to waiting unless something is done",
  responder_overdue: "goes back to waiting unless the responder is heard of",
  and_others: "{few} and others, {count} in all",
  left: "in {clock}",
  now: "due now",
};
