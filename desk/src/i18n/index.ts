/** The desk's two languages. Every sentence is in both; a test holds the keys together. */
import { createI18n } from "vue-i18n";

import en from "./en";
import enCodes from "./en_codes";
import zh from "./zh";
import zhCodes from "./zh_codes";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

export function isLocale(told: string): told is Locale {
  return (LOCALES as readonly string[]).includes(told);
}

export const messages = { "zh-CN": { ...zh, ...zhCodes }, en: { ...en, ...enCodes } };

export function createDeskI18n(locale: Locale) {
  return createI18n({ legacy: false, locale, fallbackLocale: "zh-CN", messages });
}
