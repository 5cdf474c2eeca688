export default {
  title: "移交给其他值班员",
  to: "移交给",
  choose: "选择值班员",
  note: "交代的话（可不填）",
  submit: "移交",
  cancel: "取消",
  nobody: "没有其他值班员可以接手。",
  failed: "值班员名单读取失败。",
  retry: "重试",
};
