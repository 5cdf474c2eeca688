/**
 * Days and times of day in the time of a place, as moments and back.
 *
 * The rules are the core's (`alerts/local_time.py`): a time that clocks jump over comes when they jump, one that comes
 * twice comes the first time. A day is written 2026-11-22, a time of day 08:00, a moment as milliseconds.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
export const DAYS_OF_WEEK = 7;

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks of a place show at a moment, as if it were UTC. */
function shownAt(at_ms: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...numeric });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at_ms).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts["year"] ?? 0, (parts["month"] ?? 1) - 1, parts["day"], parts["hour"], parts["minute"], parts["second"]);
}

/** The moment at which clocks show this time of this day. */
export function momentAt(day: string, time: string, zone: string): number {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((at_ms) => shownAt(at_ms, zone) - at_ms);
  const [before = 0, after = 0] = offsets;
  const candidates = [wanted - before, wanted - after].filter((at_ms) => shownAt(at_ms, zone) === wanted);
  if (candidates.length > 0) return Math.min(...candidates);
  // Left out by clocks that jump forward: the moment of the jump, the first whose clocks show more.
  let [low, high] = [wanted - Math.max(before, after) - HOUR_MS, wanted - Math.min(before, after) + HOUR_MS];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (shownAt(middle, zone) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

export function startOfDay(day: string, zone: string): number {
  return momentAt(day, "00:00", zone);
}

export function dayOf(at_ms: number, zone: string): string {
  return new Date(shownAt(at_ms, zone)).toISOString().slice(0, 10);
}

export function timeOf(at_ms: number, zone: string): string {
  return new Date(shownAt(at_ms, zone)).toISOString().slice(11, 16);
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00Z`).getUTCDay() + 6) % DAYS_OF_WEEK;
}

/** The days of the week that a day is in, from Monday on. */
export function weekOf(day: string): string[] {
  const monday = addDays(day, -weekdayOf(day));
  return Array.from({ length: DAYS_OF_WEEK }, (_, count) => addDays(monday, count));
}

/** The whole weeks that a month lies in. */
export function weeksOfMonth(day: string): string[][] {
  const month = day.slice(0, 7);
  const weeks: string[][] = [];
  for (let week = weekOf(`${month}-01`); week.some((one) => one.startsWith(month)); week = weekOf(addDays(week[0] ?? day, DAYS_OF_WEEK))) {
    weeks.push(week);
  }
  return weeks;
}

/** The same day of another month, or its last one. */
export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + count, Math.min(date, last))).toISOString().slice(0, 10);
}

/** How many hours a day of a place has: 24, or one more or less where clocks are changed. */
export function hoursOfDay(day: string, zone: string): number {
  return Math.round((startOfDay(addDays(day, 1), zone) - startOfDay(day, zone)) / HOUR_MS);
}
