export default {
  title: "Vital signs (last 24 hours)",
  none: "Nothing was measured lately.",
  no_trend: "Nothing to draw in the last 24 hours.",
};
