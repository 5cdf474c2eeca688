/** What each day of a month shows of one role: shifts by the day on which they begin, and the hours that nobody has. */
import type { DutyCalendar } from "@/api/shapes";

import { addDays, startOfDay } from "./local_days";

export interface DayHours {
  name: string;
  from_ms: number;
  until_ms: number;
  wholeDay: boolean;
}
export interface MonthDay {
  shifts: DayHours[];
  gaps: DayHours[];
}

/** Hours shorter than a day and a bit stand where they begin; longer ones on every day they touch. */
const LONG_MS = 25 * 3_600_000;

export function daysOfMonth(days: readonly string[], calendar: DutyCalendar, role: string, zone: string): Map<string, MonthDay> {
  const shown = days.map((day) => ({ day, from_ms: startOfDay(day, zone), until_ms: startOfDay(addDays(day, 1), zone) }));
  const found = new Map<string, MonthDay>(days.map((day) => [day, { shifts: [], gaps: [] }]));
  const put = (into: "shifts" | "gaps", name: string, from: string, until: string) => {
    const [from_ms, until_ms] = [Date.parse(from), Date.parse(until)];
    const long = until_ms - from_ms > LONG_MS || into === "gaps";
    for (const one of shown) {
      const begins = one.from_ms <= from_ms && from_ms < one.until_ms;
      const touches = from_ms < one.until_ms && one.from_ms < until_ms;
      if (!(long ? touches : begins)) continue;
      const piece = long ? { from_ms: Math.max(from_ms, one.from_ms), until_ms: Math.min(until_ms, one.until_ms) } : { from_ms, until_ms };
      const wholeDay = piece.from_ms === one.from_ms && piece.until_ms === one.until_ms;
      found.get(one.day)?.[into].push({ name, ...piece, wholeDay });
    }
  };
  for (const one of calendar.hours) if (one.role === role) put("shifts", one.name, one.from, one.until);
  for (const one of calendar.gaps) if (one.role === role && !one.intended) put("gaps", "", one.from, one.until);
  return found;
}
