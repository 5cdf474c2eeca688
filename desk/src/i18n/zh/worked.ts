export default {
  title: "处理经过",
  nothing_yet: "还没有记录",
  somebody: "本人",
  called: "电话联系{who}：{outcome}",
  visit: "{who}上门看望",
  note: "记录",
  note_hint: "Ctrl+Enter 也可记录",
  noted: "已记录",
  call_noted: "已记录通话结果",
  notes: "{count} 条记录",
  ago: "{ago}前",
  overdue: "超时 {by}",
};
