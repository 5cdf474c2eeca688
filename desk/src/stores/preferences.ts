/** What this browser remembers about how its operator likes the desk: language, theme, single-key shortcuts. */
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";

import { isLocale, type Locale } from "@/i18n";

export type Theme = "light" | "dark" | "system";
const THEMES: readonly Theme[] = ["light", "dark", "system"];

export const usePreferences = defineStore("preferences", () => {
  const locale = ref<Locale>(recall("locale", isLocale) ?? "zh-CN");
  const theme = ref<Theme>(recall("theme", (told): told is Theme => THEMES.includes(told as Theme)) ?? "system");
  const shortcuts = ref(localStorage.getItem("anxin.shortcuts") !== "off");

  const darkNight = globalThis.matchMedia("(prefers-color-scheme: dark)");
  const systemIsDark = ref(darkNight.matches);
  darkNight.addEventListener("change", (event) => {
    systemIsDark.value = event.matches;
  });

  watch(locale, (chosen) => {
    remember("locale", chosen);
    document.documentElement.lang = chosen;
  }, { immediate: true });
  const dark = computed(() => theme.value === "dark" || (theme.value === "system" && systemIsDark.value));
  watch(theme, (chosen) => remember("theme", chosen), { immediate: true });
  watch(dark, (night) => document.documentElement.classList.toggle("dark", night), { immediate: true });
  watch(shortcuts, (on) => remember("shortcuts", on ? "on" : "off"));

  return { locale, theme, dark, shortcuts };
});

function recall<Value extends string>(name: string, isValid: (told: string) => told is Value): Value | null {
  const told = localStorage.getItem(`anxin.${name}`);
  return told !== null && isValid(told) ? told : null;
}

function remember(name: string, value: string): void {
  localStorage.setItem(`anxin.${name}`, value);
}
