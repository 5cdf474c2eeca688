export default {
  dismiss: "Dismiss",
};
