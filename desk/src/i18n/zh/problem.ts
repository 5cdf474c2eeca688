export default {
  held: "已被 {name} 受理",
  held_unknown: "已被他人受理",
  test_not_pending: "确认的时限已过，或这次不是测试：请按真实求助处理。",
  forbidden: "您没有权限这样做。",
  unreachable: "连不上平台，刚才的操作没有成功，请再试一次。",
  other: "没有成功：{detail}",
};
