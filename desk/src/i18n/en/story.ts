export default {
  why: "Why, and what happened since",
  title: "Why, and what happened since",
  failed: "The story could not be read.",
  seen: "What was seen",
  decided: "What was decided, and who was told",
};
