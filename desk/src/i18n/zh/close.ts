export default {
  title: "办结",
  choose: "处置结论（必选）",
  note: "说明",
  note_required: "请写明原因",
  submit: "办结",
  cancel: "取消",
  outcome: "处置结果（必选）",
  cause: "误报原因（必选）",
  missing_disposition: "请选处置结论",
  missing_outcome: "请选处置结果",
  missing_cause: "请选误报原因",
};
