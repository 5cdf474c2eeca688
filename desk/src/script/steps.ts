/** Steps of a script as they are read, followed and written. */
import type { ScriptAction, ScriptStep, ShownStep, Spoken } from "@/api/shapes";
import type { Locale } from "@/i18n";

export const ACTIONS: readonly ScriptAction[] = ["call_wearer", "call_contact", "call_120", "call_110", "send_helper", "log_outcome"];
/** The hub's own limit of a script, and of a line. */
export const STEPS_MAX = 30;
export const LINE_LENGTH_MAX = 300;

type Language = "zh" | "en";
const languageOf = (locale: Locale): Language => (locale === "en" ? "en" : "zh");

/** Words in the reader's language; who has none in it reads the other. */
export function inLocale(spoken: Spoken | null | undefined, locale: Locale): string {
  const language = languageOf(locale);
  return spoken?.[language] ?? spoken?.[language === "zh" ? "en" : "zh"] ?? "";
}

/** What is to be done next: the first that is not done. */
export function nextStep(steps: readonly ShownStep[]): ShownStep | null {
  return steps.find((step) => !step.done) ?? null;
}

/** A step while it is being written; empty words are words nobody has written. */
export interface DraftStep {
  id: string;
  text: Record<Language, string>;
  hint: Record<Language, string>;
  action: ScriptAction | null;
}

export function draftOf(steps: readonly ScriptStep[]): DraftStep[] {
  const written = (spoken: Spoken | null | undefined) => ({ zh: spoken?.zh ?? "", en: spoken?.en ?? "" });
  return steps.map(({ id, text, hint, action }) => ({ id, text: written(text), hint: written(hint), action: action ?? null }));
}

export function stepsOf(drafts: readonly DraftStep[]): ScriptStep[] {
  return drafts.map(({ id, text, hint, action }) => ({ id, text: spokenOf(text) ?? { zh: null, en: null }, hint: spokenOf(hint), action }));
}

function spokenOf({ zh, en }: Record<Language, string>): Spoken | null {
  const spoken = { zh: zh.trim() || null, en: en.trim() || null };
  return spoken.zh === null && spoken.en === null ? null : spoken;
}

/** Steps that say nothing in any language; a script with one cannot be kept. */
export function emptySteps(drafts: readonly DraftStep[]): number[] {
  return drafts.flatMap(({ text }, at) => (spokenOf(text) === null ? [at] : []));
}

/** A step more, last; its id is one that no step of the script ever had. */
export function withNewStep(drafts: readonly DraftStep[], random: () => number = Math.random): DraftStep[] {
  let id: string;
  do id = `step-${Math.floor(random() * 36 ** 6).toString(36)}`;
  while (drafts.some((step) => step.id === id));
  return [...drafts, { id, text: { zh: "", en: "" }, hint: { zh: "", en: "" }, action: null }];
}

/** The same with one of them in another place; places outside are the nearest end. */
export function moved<Entry>(entries: readonly Entry[], from: number, to: number): Entry[] {
  const place = Math.max(0, Math.min(entries.length - 1, to));
  const left = entries.filter((_, at) => at !== from);
  const entry = entries[from];
  return entry === undefined ? [...entries] : [...left.slice(0, place), entry, ...left.slice(place)];
}

export function sameSteps(left: readonly ScriptStep[], right: readonly ScriptStep[]): boolean {
  return JSON.stringify(stepsOf(draftOf(left))) === JSON.stringify(stepsOf(draftOf(right)));
}
