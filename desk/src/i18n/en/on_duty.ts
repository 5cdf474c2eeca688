export default {
  title: "Who has duty at a moment",
  at: "Moment",
  about: "Of the past it tells what the rosters said then, even if they were written anew since; of the future what they say now.",
  none: "There was no roster then.",
  until: "until {until}",
};
