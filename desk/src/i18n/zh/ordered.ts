export default {
  handle: "第 {place} 位，共 {count} 位：按上下键移动",
  hint: "拖动，或按上下键移动",
  up: "第 {place} 位上移",
  down: "第 {place} 位下移",
  day: "日期",
  time: "时间，如 08:00",
  remove: "删除第 {place} 位",
};
