export default {
  name: "Anxin Hub",
  desk: "Duty desk",
  title: "Anxin Hub · Duty desk",
  title_untaken: "({count} waiting) Duty desk",
  not_medical: "This platform is no medical device and does not replace 120, 110 or 119.",
};
