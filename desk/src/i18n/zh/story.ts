export default {
  why: "为什么告警，经过如何",
  title: "为什么告警，经过如何",
  failed: "没有读到经过。",
  seen: "看到了什么",
  decided: "判断和通知",
};
