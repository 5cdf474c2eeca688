export default {
  title: "The house on the map",
  none: "Not marked yet. Whoever goes there goes by the address.",
  script: "What is done differently for this person",
};
