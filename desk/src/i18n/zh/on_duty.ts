export default {
  title: "某一时刻谁在值班",
  at: "时刻",
  about: "过去的时刻按当时的值班表回答，即使后来改过；将来的按现在的值班表。",
  none: "当时没有值班表。",
  until: "至 {until}",
};
