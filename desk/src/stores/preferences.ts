/** What this browser remembers about how its operator likes the desk: language, theme, single-key shortcuts. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { isLocale, type Locale } from "@/i18n";
import { assign, DELIVERED, readKept, type KeyMap, type ShortcutName } from "@/keys/key_map";

export type Theme = "light" | "dark" | "system";
const THEMES: readonly Theme[] = ["light", "dark", "system"];

export const usePreferences = defineStore("preferences", () => {
  const locale = ref<Locale>(recall("locale", isLocale) ?? "zh-CN");
  const theme = ref<Theme>(recall("theme", (told): told is Theme => THEMES.includes(told as Theme)) ?? "system");
  const shortcuts = ref(localStorage.getItem("anxin.shortcuts") !== "off");
  const keys = shallowRef<KeyMap>(readKept(localStorage.getItem("anxin.keys")));

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
  watch(keys, (map) => remember("keys", JSON.stringify(map)));

  /** Give a shortcut another key: null when that is done, else why not - who has the key, or that it can be no shortcut. */
  function giveKey(name: ShortcutName, code: string): ShortcutName | "impossible" | null {
    const assigned = assign(keys.value, name, code);
    if (assigned === null) return "impossible";
    if ("takenBy" in assigned) return assigned.takenBy;
    keys.value = assigned.map;
    return null;
  }

  function resetKeys(): void {
    keys.value = { ...DELIVERED };
  }

  return { locale, theme, dark, shortcuts, keys, giveKey, resetKeys };
});

function recall<Value extends string>(name: string, isValid: (told: string) => told is Value): Value | null {
  const told = localStorage.getItem(`anxin.${name}`);
  return told !== null && isValid(told) ? told : null;
}

function remember(name: string, value: string): void {
  localStorage.setItem(`anxin.${name}`, value);
}
