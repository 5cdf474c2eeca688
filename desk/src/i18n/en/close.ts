export default {
  title: "Close",
  choose: "Disposition (required)",
  note: "Note",
  note_required: "Please say why",
  submit: "Close",
  cancel: "Cancel",
};
