export default {
  taken: "已受理",
  contact: "联系已记录",
  responding: "已记录：{name} 出发",
  arrived: "已记录到达",
  note: "备注已添加",
  handed_over: "已移交给 {name}",
  closed: "已办结",
  reopened: "已重新打开",
  test_confirmed: "已确认为测试并办结",
};
