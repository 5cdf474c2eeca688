export default {
  title: "体征（最近 24 小时）",
  none: "最近没有测到体征。",
  no_trend: "最近 24 小时没有可画的曲线。",
};
