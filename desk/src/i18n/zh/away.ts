export default {
  step_away: "暂离",
  title: "暂离中",
  handed_on: "声音已交给下一级",
  others: "另有 {count} 个值班台有人，求助由他们接听",
  unsure: "平台还没有确认；本台照常发声",
  local: "本台照常发声，谁走过都能听见。新的求助仍列在下面。",
  for: "已离开 {clock}",
  back: "我回来了",
  long: "已离开超过 15 分钟，请回到值班台。",
  untaken: "{count} 件待受理",
  none: "没有待受理的求助",
  more: "另有 {count} 件",
};
