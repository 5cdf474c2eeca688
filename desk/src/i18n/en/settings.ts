export default {
  title: "Settings",
  language: "Language",
  theme: "Appearance",
  theme_light: "Light",
  theme_dark: "Dark",
  theme_system: "As the system",
  shortcuts: "Single-key shortcuts",
  shortcuts_hint: "When off, single letters do nothing; arrow keys and Enter inside the queue still work.",
  on: "On",
  off: "Off",
  done: "Done",
};
