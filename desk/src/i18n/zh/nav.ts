export default {
  label: "主导航",
  queue: "值班",
  closed: "近期办结",
  maintenance: "维护事项",
  follow_ups: "问候核实",
  quarantine: "无法识别的消息",
  more: "更多",
  group_overview: "总览",
  group_registry: "档案",
  group_records: "记录",
  group_rules: "值守规则",
};
