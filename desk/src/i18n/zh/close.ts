export default {
  title: "办结",
  choose: "处置结论（必选）",
  note: "说明",
  note_required: "请写明原因",
  submit: "办结",
  cancel: "取消",
};
