export default {
  placeholder: "写下看到、听到、约定的事",
  submit: "添加备注",
};
