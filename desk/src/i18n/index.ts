/**
 * The desk's two languages. Every sentence is in both; a test holds the keys together. Only the chosen one is loaded: what
 * the log-in, the gate and the queue say first, the rest behind them, before it is needed.
 */
import { createI18n } from "vue-i18n";

import type { Texts } from "./gather";

export const LOCALES = ["zh-CN", "en"] as const;
export type Locale = (typeof LOCALES)[number];

type Load = () => Promise<{ default: unknown }>;
const WHOLE: Record<Locale, Load> = { "zh-CN": () => import("./zh"), en: () => import("./en") };
const FIRST: Record<Locale, Load> = { "zh-CN": () => import("./zh_first"), en: () => import("./en_first") };

export function isLocale(told: string): told is Locale {
  return (LOCALES as readonly string[]).includes(told);
}

export async function createDeskI18n(locale: Locale) {
  const i18n = createI18n({ legacy: false, locale, messages: { [locale]: await read(FIRST[locale]) } });
  desk = i18n;
  return i18n;
}

type DeskI18n = Awaited<ReturnType<typeof createDeskI18n>>;
let desk: DeskI18n | null = null;
/** Languages of which everything was loaded, or is being. */
const whole = new Map<Locale, Promise<void>>();

/** When all texts of the language that is spoken are there; a loading that failed is begun anew by whoever asks next. */
export function everythingSaid(): Promise<void> {
  return desk === null ? Promise.resolve() : complete(desk, desk.global.locale.value as Locale);
}

/** Speak another language from now on. A hub that cannot be reached changes nothing: the language stays. */
export async function speak(i18n: DeskI18n, locale: Locale): Promise<void> {
  if (locale !== i18n.global.locale.value) await complete(i18n, locale);
  i18n.global.locale.value = locale;
}

function complete(i18n: DeskI18n, locale: Locale): Promise<void> {
  const begun = whole.get(locale);
  if (begun !== undefined) return begun;
  const loading = read(WHOLE[locale]).then((texts) => i18n.global.setLocaleMessage(locale, texts));
  whole.set(locale, loading);
  loading.catch(() => whole.delete(locale));
  return loading;
}

async function read(load: Load): Promise<Record<string, Texts>> {
  return (await load()).default as Record<string, Texts>;
}
