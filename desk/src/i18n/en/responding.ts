export default {
  title: "Somebody is on the way",
  name: "Who goes",
  phone: "Telephone (optional)",
  eta: "Minutes until there",
  minutes: "{count} min",
  submit: "Record",
  cancel: "Cancel",
  hint: "Once recorded, the device tells the wearer that help is coming.",
};
