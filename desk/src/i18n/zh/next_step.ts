export default {
  label: "下一步",
  escalate: "按逐级通知方案通知其他人",
  desk: "值班台继续响铃，没有其他人可通知",
  tells: "通知{target}：{people}",
  contact_reminder: "还没有联系任何人：到时再次响铃",
  ack_timeout: "没有新的处置就退回待受理",
  responder_overdue: "上门人员没有回音就退回待受理",
  and_others: "{few}等 {count} 人",
  left: "还有 {clock}",
  now: "已到时",
};
