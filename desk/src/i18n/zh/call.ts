export default {
  wearer: "本人（{device}）",
  wearer_phone: "本人电话",
  caller: "来电号码",
  record: "记录联系",
  outcome_label: "与{who}联系的结果",
  note: "补充说明（可不填）",
  cancel: "取消",
  nobody: "档案中没有任何电话。请联系村（社区）核实。",
  dial: "拨打 {name} {phone}",
  again: "{outcome} · {ago}前",
};
