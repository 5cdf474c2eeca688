/** Days and times of a roster as people read them, in the time of their place. */
import { useI18n } from "vue-i18n";

import { timeOf } from "./local_days";

export function useRosterTimes(zone: () => string) {
  const { locale } = useI18n();
  const write = (at_ms: number, options: Intl.DateTimeFormatOptions, timeZone: string) =>
    new Intl.DateTimeFormat(locale.value, { timeZone, ...options }).format(at_ms);
  const noonOf = (day: string) => Date.parse(`${day}T12:00Z`);

  return {
    /** 08:00 */
    time: (at_ms: number) => timeOf(at_ms, zone()),
    /** 11月22日周日 08:00 */
    moment: (at_ms: number) => `${write(at_ms, { month: "short", day: "numeric", weekday: "short" }, zone())} ${timeOf(at_ms, zone())}`,
    /** 11月22日 08:00 */
    stamp: (at_ms: number) => `${write(at_ms, { month: "short", day: "numeric" }, zone())} ${timeOf(at_ms, zone())}`,
    /** 周日 */
    weekday: (day: string) => write(noonOf(day), { weekday: "short" }, "UTC"),
    /** 11月22日 */
    date: (day: string) => write(noonOf(day), { month: "short", day: "numeric" }, "UTC"),
    /** 2026年11月22日 */
    fullDate: (day: string) => write(noonOf(day), { year: "numeric", month: "long", day: "numeric" }, "UTC"),
    /** 2026年11月 */
    monthName: (day: string) => write(noonOf(day), { year: "numeric", month: "long" }, "UTC"),
    /** 2026-11-22T08:00, as a field for a moment holds it. */
    field: (at_ms: number) => fieldOf(at_ms, zone()),
  };
}

export function fieldOf(at_ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at_ms);
  return parts.replace(" ", "T");
}
