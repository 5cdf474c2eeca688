export default {
  label: "乡镇、村（社区）",
  everywhere: "全部区域",
  choose: "选择村（社区）",
  none_named: "没有这样的地方",
  reading: "正在读取…",
  failed: "读取失败，请关闭后再打开重试",
};
