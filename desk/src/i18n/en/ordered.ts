export default {
  handle: "Place {place} of {count}: arrow keys move it",
  hint: "Drag, or press the arrow keys",
  up: "Move place {place} up",
  down: "Move place {place} down",
  day: "Day",
  time: "Time, such as 08:00",
  remove: "Remove place {place}",
};
