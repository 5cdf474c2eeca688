export default {
  title: "Closed. What remains to be done?",
  visit: "Have somebody visit",
  visit_about: "A follow-up: somebody calls on {name}.",
  visit_done: "A follow-up was made",
  repair: "Have the device looked at",
  repair_about: "A maintenance item: check the {device}.",
  repair_done: "A maintenance item was made",
  profile: "Change a threshold",
  profile_about: "Opens the monitoring of {name}.",
  done: "Arranged",
  skip: "Nothing, go on (Esc)",
};
