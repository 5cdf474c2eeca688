/** Starts the desk: stores, languages, routes, and the page. */
import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./styles/tokens.css";
import "./styles/page.css";

import { createPinia } from "pinia";
import { createApp, watch } from "vue";

import App from "./App.vue";
import { createDeskI18n } from "./i18n";
import { router } from "./router";
import { useClock } from "./stores/clock";
import { usePreferences } from "./stores/preferences";

const app = createApp(App).use(createPinia());
const preferences = usePreferences();
const i18n = createDeskI18n(preferences.locale);
watch(
  () => preferences.locale,
  (locale) => {
    i18n.global.locale.value = locale;
  },
);
useClock().start();
app.use(i18n).use(router).mount("#desk");
