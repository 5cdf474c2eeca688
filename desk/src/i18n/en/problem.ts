export default {
  held: "{name} has already taken it",
  held_unknown: "Somebody else has already taken it",
  test_not_pending: "Its time is over, or it is no test: treat it as real.",
  forbidden: "You may not do this.",
  unreachable: "The hub cannot be reached; nothing was changed. Please try again.",
  other: "That did not work: {detail}",
};
