export default {
  title: "设置",
  language: "语言",
  theme: "外观",
  theme_light: "浅色",
  theme_dark: "深色",
  theme_system: "跟随系统",
  shortcuts: "单键快捷键",
  shortcuts_hint: "关闭后，单个字母键不再起作用；列表中的方向键和回车不受影响。",
  on: "开",
  off: "关",
  done: "完成",
};
