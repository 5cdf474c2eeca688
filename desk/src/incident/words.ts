/**
 * Codes of the hub as words and sentences of the reader's language.
 *
 * A code the desk has no word for is shown as it is, with its values: better a strange word than a silent gap.
 */
import { useI18n } from "vue-i18n";

import values from "@words/values.json";

import type { Actor, Explanation, Incident } from "@/api/shapes";

import { useClock } from "@/stores/clock";

import { formatPhone } from "./phone";
import { formatMoment, useDuration } from "./times";

export type Vocabulary =
  | "kind"
  | "severity"
  | "state"
  | "disposition"
  | "ending"
  | "cause"
  | "outcome"
  | "device_kind"
  | "channel"
  | "delivery"
  | "category"
  | "ability"
  | "relation"
  | "sex"
  | "role"
  | "maintenance_kind"
  | "follow_up_kind"
  | "mode"
  | "target"
  | "empty_because"
  | "ledger_state"
  | "measure"
  | "posture"
  | "blind_because"
  | "time_quality"
  | "time_quality_why"
  | "call_purpose"
  | "due";

export function useWords() {
  const { t, te, locale } = useI18n();
  const clock = useClock();
  const duration = useDuration();

  /** The word for a code of one vocabulary. */
  function word(vocabulary: Vocabulary, code: string | null | undefined): string {
    if (code === null || code === undefined || code === "") return "—";
    const key = `${vocabulary}.${code}`;
    return te(key) ? t(key) : code;
  }

  /** Whether there is a sentence for a code. */
  function hasSentence(family: Family, code: string): boolean {
    return te(`${family}.${code}`);
  }

  /** A sentence for a code with values, from the sentences named `family`. */
  function sentence(family: Family, said: Explanation): string {
    const key = keyOf(family, said);
    const values = Object.fromEntries(Object.entries(said.params).map(([name, value]) => [name, readable(name, value)]));
    if (typeof said.params["why"] === "string") values["why"] = reason(said.params["why"], said.params);
    if (te(key)) return t(key, values);
    const listed = Object.entries(values)
      .filter(([name]) => !name.endsWith("_id"))
      .map(([name, value]) => `${name} ${value}`);
    return [said.code, ...listed].join(" · ");
  }

  /** What was answered by text, or came with a time, has its own sentence; a line of the log may be an explanation as it stands. */
  function keyOf(family: Family, { code, params }: Explanation): string {
    const byText = `${family}.${code}_by_text`;
    if (params["by"] === "sms" && te(byText)) return byText;
    const withEta = `${family}.${code}_eta`;
    if (params["eta_minutes"] !== undefined && te(withEta)) return withEta;
    const ended = ["ending", "cause"].find((name) => params[name] !== undefined && te(`${family}.${code}_${name}`));
    if (ended !== undefined) return `${family}.${code}_${ended}`;
    return family === "log" && !te(`log.${code}`) ? `explanation.${code}` : `${family}.${code}`;
  }

  /** The explanation that a line of the log quotes. */
  function reason(code: string, params: Record<string, unknown>): string {
    if (!te(`explanation.${code}`)) return code;
    const { why: _, ...rest } = params;
    return sentence("explanation", { code, params: rest });
  }

  /** A value of a sentence: codes that have a word become one. */
  function readable(name: string, value: unknown): string {
    if (value === null || value === undefined) return "—";
    if (isSpoken(value)) return (locale.value === "en" ? (value.en ?? value.zh) : (value.zh ?? value.en)) ?? "—";
    if (typeof value === "object") return JSON.stringify(value);
    const text = String(value);
    if (name === "offset_s" && typeof value === "number") {
      return t(value > 0 ? "clock.slow" : "clock.fast", { duration: duration(Math.abs(value)) });
    }
    if (MOMENTS.has(name)) return formatMoment(text, clock.minute_ms, locale.value);
    const vocabulary = VOCABULARY_OF_VALUE[name];
    return vocabulary === undefined ? text : word(vocabulary, text);
  }

  /** Whom an incident is about: the person on file, else the number that called, else nobody known. */
  function personName(incident: Incident): string {
    if (incident.recipient !== null) return incident.recipient.name;
    return incident.caller_phone === null ? t("incident.unknown_person") : formatPhone(incident.caller_phone);
  }

  /** Who did it, by name where there is one. */
  function actorName(actor: Actor | null): string {
    if (actor === null || actor.type === "machine") return t("actor.machine");
    return actor.name ?? t(`actor.${actor.type}`);
  }

  /** Several words beside each other, as the language lists them. */
  function listed(words: readonly string[]): string {
    return words.join(locale.value === "en" ? ", " : "、");
  }

  return { word, hasSentence, sentence, personName, actorName, listed };
}

/** Words that somebody wrote, in one of the languages or in both. */
function isSpoken(value: unknown): value is { zh?: string | null; en?: string | null } {
  return typeof value === "object" && value !== null && ("zh" in value || "en" in value);
}

/** Kinds of sentences: why an incident is, what happened to it, why a message could not be read. */
export type Family = "explanation" | "log" | "unreadable";

/** Values of sentences that are points in time. */
const MOMENTS = new Set(values.moments);

/** Values of sentences that are codes themselves. */
const VOCABULARY_OF_VALUE = values.vocabularies as Record<string, Vocabulary>;
