/** Words and sentences for the hub's codes are in hub/words/en.json: the desk and the hub itself (`hub explain`) say the same. */
export { default } from "@words/en.json";
