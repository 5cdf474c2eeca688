export default {
  title: "Close",
  choose: "Disposition (required)",
  note: "Note",
  note_required: "Please say why",
  submit: "Close",
  cancel: "Cancel",
  outcome: "What came of it (required)",
  cause: "Why it was false (required)",
  missing_disposition: "Choose a disposition",
  missing_outcome: "Choose what came of it",
  missing_cause: "Choose the cause",
};
