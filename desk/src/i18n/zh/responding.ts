export default {
  title: "已派人上门",
  name: "谁去",
  phone: "电话（可不填）",
  eta: "预计几分钟到",
  minutes: "{count} 分钟",
  submit: "记录",
  cancel: "取消",
  hint: "记录后，设备会告诉本人：有人正在赶来。",
};
