export default {
  title: "Reopen",
  question: "The escalation starts anew.",
  note: "Reason (optional)",
  submit: "Reopen",
  cancel: "Cancel",
};
