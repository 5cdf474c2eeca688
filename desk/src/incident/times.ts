/** Points in time as the desk writes them. Storage is UTC; the desk reads in the time of the county. */
import { useI18n } from "vue-i18n";

import { durationParts } from "./duration";

const DESK_TIME_ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;

/** 14:03:27, or with its date when it is not today. */
export function formatMoment(stamp: string | null, now_ms: number, locale: string): string {
  if (stamp === null) return "—";
  const at_ms = Date.parse(stamp);
  const time = format(at_ms, locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  if (sameDay(at_ms, now_ms)) return time;
  return `${format(at_ms, locale, { month: "2-digit", day: "2-digit" })} ${time}`;
}

/** The hub's time of day, for the top bar. */
export function formatTimeOfDay(now_ms: number, locale: string): string {
  return format(now_ms, locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** Whole years since a birth date. */
export function ageInYears(birthDate: string, now_ms: number): number {
  const born = new Date(birthDate);
  const now = new Date(now_ms);
  const hadBirthday =
    now.getUTCMonth() > born.getUTCMonth() ||
    (now.getUTCMonth() === born.getUTCMonth() && now.getUTCDate() >= born.getUTCDate());
  return now.getUTCFullYear() - born.getUTCFullYear() - (hadBirthday ? 0 : 1);
}

/** How long ago, in the largest unit that says something: 40 秒, 12 分钟, 3 小时, 2 天. */
export function useAgo() {
  const { t } = useI18n();
  return (stamp: string, now_ms: number): string => {
    const elapsed_s = Math.max(0, Math.floor((now_ms - Date.parse(stamp)) / 1000));
    if (elapsed_s < 60) return t("duration.seconds", { count: elapsed_s });
    if (elapsed_s < 3600) return t("duration.minutes", { count: Math.floor(elapsed_s / 60) });
    if (elapsed_s < 86_400) return t("duration.hours", { count: Math.floor(elapsed_s / 3600) });
    return t("duration.days", { count: Math.floor(elapsed_s / 86_400) });
  };
}

/** A duration in words, in its two greatest units: 5 小时 45 分钟. */
export function useDuration() {
  const { t } = useI18n();
  return (seconds: number): string =>
    durationParts(seconds)
      .map(({ unit, count }) => t(`duration.${unit}`, { count }))
      .join(" ");
}

function sameDay(left_ms: number, right_ms: number): boolean {
  if (Math.abs(left_ms - right_ms) >= DAY_MS) return false;
  const day = (at_ms: number) => format(at_ms, "en", { year: "numeric", month: "2-digit", day: "2-digit" });
  return day(left_ms) === day(right_ms);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(at_ms: number, locale: string, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options);
  let known = formats.get(key);
  if (known === undefined) {
    known = new Intl.DateTimeFormat(locale, { timeZone: DESK_TIME_ZONE, ...options });
    formats.set(key, known);
  }
  return known.format(at_ms);
}
