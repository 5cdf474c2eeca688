export default {
  placeholder: "What was seen, heard and agreed",
  submit: "Add note",
};
