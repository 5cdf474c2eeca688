/** The months and stretches a report may be about. Months are the county's own: "2026-11". */

const DESK_TIME_ZONE = "Asia/Shanghai";
const HOUR_MS = 3_600_000;

/** Of the last hours, for whoever has no shift on record to choose. */
export const LAST_HOURS = [8, 12, 24] as const;

export interface Stretch {
  from: string;
  to: string;
}

/** The month that a moment lies in. */
export function monthOf(now_ms: number): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: DESK_TIME_ZONE, year: "numeric", month: "2-digit" }).formatToParts(now_ms);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}`;
}

/** 2026 年 11 月, as the reader's language writes it. */
export function monthName(month: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: "UTC", year: "numeric", month: "long" }).format(Date.parse(`${month}-01T00:00:00Z`));
}

/** So many months later, or earlier. */
export function monthsAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const after = year * 12 + (number - 1) + count;
  return `${String(Math.floor(after / 12))}-${String((after % 12) + 1).padStart(2, "0")}`;
}

/** The last hours until now. */
export function lastHours(count: number, now_ms: number): Stretch {
  return { from: new Date(now_ms - count * HOUR_MS).toISOString(), to: new Date(now_ms).toISOString() };
}

/** The time as long as this one that ended when this one began. */
export function before({ from, to }: Stretch): Stretch {
  const [began, ended] = [Date.parse(from), Date.parse(to)];
  return { from: new Date(began - (ended - began)).toISOString(), to: from };
}
