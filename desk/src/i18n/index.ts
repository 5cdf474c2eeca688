/** The desk's two languages. Every sentence is in both; a test holds the keys together. Only the chosen one is loaded. */
import { createI18n } from "vue-i18n";

import type { Texts } from "./gather";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

const LANGUAGES: Record<Locale, () => Promise<{ default: unknown }>> = { "zh-CN": () => import("./zh"), en: () => import("./en") };

export function isLocale(told: string): told is Locale {
  return (LOCALES as readonly string[]).includes(told);
}

export async function loadTexts(locale: Locale): Promise<Record<string, Texts>> {
  return (await LANGUAGES[locale]()).default as Record<string, Texts>;
}

export async function createDeskI18n(locale: Locale) {
  return createI18n({ legacy: false, locale, messages: { [locale]: await loadTexts(locale) } });
}

/** Speak another language from now on. A hub that cannot be reached changes nothing: the language stays. */
export async function speak(i18n: Awaited<ReturnType<typeof createDeskI18n>>, locale: Locale): Promise<void> {
  const global = i18n.global;
  if (!global.availableLocales.includes(locale)) global.setLocaleMessage(locale, await loadTexts(locale));
  global.locale.value = locale;
}
