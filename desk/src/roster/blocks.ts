/** Hours of duty as blocks on days that are drawn side by side, each as wide as the others whatever its clocks do. */
import type { DutyHours } from "@/api/shapes";

import { addDays, startOfDay } from "./local_days";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A shift over midnight, or a day's duty from eight to eight where clocks are set back, is one block; longer hours are one a day. */
const ONE_BLOCK_MS = DAY_MS + HOUR_MS;
/** The rest of a night before or after such days is no block of its own: it could hardly be pressed. */
const PIECE_MS = 6 * HOUR_MS;

export interface DutyBlock {
  hours: DutyHours;
  from_ms: number;
  until_ms: number;
  /** Of the width of all days. */
  left: number;
  width: number;
  /** It goes on beyond what is drawn, or in a block beside it. */
  continuesBefore: boolean;
  continuesAfter: boolean;
}

/** The beginnings of the days, and the end of the last one. */
export function boundsOf(days: readonly string[], zone: string): number[] {
  const last = days.at(-1);
  return last === undefined ? [] : [...days, addDays(last, 1)].map((day) => startOfDay(day, zone));
}

/** Where a moment lies: 0 is the beginning of the first day, 1 the end of the last. */
export function placeOf(at_ms: number, bounds: readonly number[]): number {
  const days = bounds.length - 1;
  const day = bounds.findIndex((begin, index) => index < days && at_ms < (bounds[index + 1] ?? begin));
  if (day === -1) return 1;
  const [begin = 0, end = 1] = [bounds[day], bounds[day + 1]];
  return Math.max(0, (day + (at_ms - begin) / (end - begin)) / days);
}

/** The blocks of somebody's hours on these days. */
export function blocksOf(hours: DutyHours, bounds: readonly number[]): DutyBlock[] {
  const [from_ms, until_ms] = [Date.parse(hours.from), Date.parse(hours.until)];
  const [begin, end] = [bounds[0] ?? 0, bounds.at(-1) ?? 0];
  if (until_ms <= begin || end <= from_ms) return [];
  if (until_ms - from_ms <= ONE_BLOCK_MS) return [block(hours, from_ms, until_ms, bounds)];
  const cuts = [from_ms, ...bounds.slice(1, -1).filter((day_ms) => from_ms + PIECE_MS <= day_ms && day_ms <= until_ms - PIECE_MS), until_ms];
  const visible = cuts.map((cut_ms) => Math.min(Math.max(cut_ms, begin), end));
  return visible
    .slice(0, -1)
    .map((piece_from, index) => ({ piece_from, piece_until: visible[index + 1] ?? piece_from }))
    .filter(({ piece_from, piece_until }) => piece_from < piece_until)
    .map(({ piece_from, piece_until }) => block(hours, piece_from, piece_until, bounds));
}

function block(hours: DutyHours, from_ms: number, until_ms: number, bounds: readonly number[]): DutyBlock {
  const left = placeOf(from_ms, bounds);
  return {
    hours,
    from_ms,
    until_ms,
    left,
    width: placeOf(until_ms, bounds) - left,
    continuesBefore: Date.parse(hours.from) < from_ms || from_ms < (bounds[0] ?? 0),
    continuesAfter: until_ms < Date.parse(hours.until) || (bounds.at(-1) ?? 0) < until_ms,
  };
}

/** Somebody's row of a role. */
export interface PersonRow {
  key: string;
  name: string;
  unreachable: DutyHours["unreachable"];
  hours: DutyHours[];
}

/** A row for each person, in the order in which they are named or first have duty. */
export function rowsOf(hours: readonly DutyHours[], named: readonly { key: string; name: string }[] = []): PersonRow[] {
  const rows = new Map<string, PersonRow>(named.map(({ key, name }) => [key, { key, name, unreachable: null, hours: [] }]));
  for (const one of hours) {
    const row = rows.get(one.key) ?? { key: one.key, name: one.name, unreachable: null, hours: [] };
    row.hours.push(one);
    row.unreachable ??= one.unreachable;
    rows.set(one.key, row);
  }
  return [...rows.values()];
}
