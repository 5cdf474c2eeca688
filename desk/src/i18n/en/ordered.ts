export default {
  handle: "Place {place} of {count}: arrow keys move it",
  hint: "Drag, or press the arrow keys",
  up: "Move place {place} up",
  down: "Move place {place} down",
  remove: "Remove place {place}",
};
