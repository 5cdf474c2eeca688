export default {
  wearer: "Wearer ({device})",
  wearer_phone: "Own telephone",
  caller: "Caller",
  record: "Log contact",
  outcome_label: "What the call to {who} came to",
  note: "Remark (optional)",
  cancel: "Cancel",
  nobody: "There is no telephone number on file. Ask the village.",
  dial: "Call {name} {phone}",
  again: "{outcome} · {ago} ago",
};
