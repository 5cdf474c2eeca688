export default {
  title: "重新打开",
  question: "重新打开后，逐级通知会重新开始。",
  note: "原因（可不填）",
  submit: "重新打开",
  cancel: "取消",
};
