export default {
  title: "Hand over to another operator",
  to: "Hand over to",
  choose: "Choose an operator",
  note: "What to know (optional)",
  submit: "Hand over",
  cancel: "Cancel",
  nobody: "There is no other operator to take it.",
  failed: "The list of operators could not be read.",
  retry: "Try again",
};
