export default {
  dismiss: "关闭提示",
};
