/** Starts the desk: stores, languages, routes, and the page. */
import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/dark/css-vars.css";
import "./styles/tokens.css";
import "./styles/page.css";

import { createPinia } from "pinia";
import { createApp, watch } from "vue";

import App from "./App.vue";
import { createDeskI18n, speak } from "./i18n";
import { router } from "./router";
import { useClock } from "./stores/clock";
import { usePreferences } from "./stores/preferences";

const app = createApp(App).use(createPinia());
const preferences = usePreferences();
useClock().start();
void createDeskI18n(preferences.locale).then((i18n) => {
  watch(
    () => preferences.locale,
    (locale) => void speak(i18n, locale).catch(() => undefined),
  );
  app.use(i18n).use(router).mount("#desk");
});
