/** The slots of a load: hours of a shift, or days of a longer time, as one reads them below a bar. */

/** An operator copes with about one in ten minutes (EEMUA 191). */
export const MANAGEABLE_AN_HOUR = 6;
const HOUR_MS = 3_600_000;

export function isByHour(slots: { starts_at: string }[]): boolean {
  const [first, second] = slots;
  return first === undefined || second === undefined || Date.parse(second.starts_at) - Date.parse(first.starts_at) <= HOUR_MS;
}

/** 22:00 or 11/22; with its day, 11/22 22:00. */
export function slotLabel(stamp: string, byHour: boolean, timeZone: string, locale: string, withDay = false): string {
  const day: Intl.DateTimeFormatOptions = { month: "2-digit", day: "2-digit" };
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const shown = byHour ? (withDay ? { ...day, ...time } : time) : day;
  return new Intl.DateTimeFormat(locale, { timeZone, ...shown }).format(Date.parse(stamp));
}
