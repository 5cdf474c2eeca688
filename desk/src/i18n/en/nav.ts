export default {
  label: "Main",
  queue: "Desk",
  closed: "Closed",
  maintenance: "Maintenance",
  follow_ups: "Follow-ups",
  quarantine: "Quarantine",
  more: "More",
  group_overview: "Overview",
  group_registry: "Files",
  group_records: "Records",
  group_rules: "Rules of the watch",
};
