export default {
  taken: "Taken",
  contact: "Contact attempt logged",
  responding: "Recorded: {name} on the way",
  arrived: "Arrival recorded",
  note: "Note added",
  handed_over: "Handed over to {name}",
  closed: "Closed",
  reopened: "Reopened",
  test_confirmed: "Confirmed as a test and closed",
};
