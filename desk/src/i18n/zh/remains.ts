export default {
  title: "已办结。还需要做什么？",
  visit: "安排回访",
  visit_about: "转入问候核实：请人看望 {name}。",
  visit_done: "已转入问候核实",
  repair: "设备报修",
  repair_about: "转入维护事项：检查{device}。",
  repair_done: "已转入维护事项",
  profile: "调整监测阈值",
  profile_about: "打开 {name} 的监测设置。",
  done: "已安排",
  skip: "不用，继续（Esc）",
};
