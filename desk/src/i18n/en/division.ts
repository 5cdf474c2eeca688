export default {
  label: "Township or village",
  everywhere: "Everywhere",
  choose: "Choose a village",
  none_named: "There is no such place",
  reading: "Reading…",
  failed: "Reading failed: close and open again to retry",
};
