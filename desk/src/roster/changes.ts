/** What is changed about a roster by hand, as the hub is asked for it: a substitute, an exchange, another day, an absence. */
import type { OverrideBody, SwapBody } from "@/api/shapes";

import { addDays, dayOf, momentAt, timeOf } from "./local_days";

export type ChangeKind = "replace" | "swap" | "move" | "remove";
export const CHANGE_KINDS: readonly ChangeKind[] = ["replace", "swap", "move", "remove"];

/** Whose hours of which role. */
export interface ShiftHours {
  role: OverrideBody["role"];
  name: string;
  from_ms: number;
  until_ms: number;
}
export interface Substitute {
  name: string;
  phone?: string;
}

const stamp = (at_ms: number) => new Date(at_ms).toISOString();
const span = (from_ms: number, until_ms: number) => ({ from: stamp(from_ms), until: stamp(until_ms) });

export function replacement(division_id: string, shift: ShiftHours, by: Substitute, reason: string): OverrideBody {
  return { division_id, role: shift.role, kind: "replace", absent: shift.name, present: by, ...span(shift.from_ms, shift.until_ms), ...because(reason) };
}

export function removal(division_id: string, shift: ShiftHours, reason: string): OverrideBody {
  return { division_id, role: shift.role, kind: "remove", absent: shift.name, ...span(shift.from_ms, shift.until_ms), ...because(reason) };
}

export function exchange(division_id: string, one: ShiftHours, other: ShiftHours, reason: string): SwapBody {
  const told = (shift: ShiftHours) => ({ name: shift.name, ...span(shift.from_ms, shift.until_ms) });
  return { division_id, role: one.role, one: told(one), other: told(other), ...because(reason) };
}

/** The same hours by the clock on another day; somebody else may have them there. */
export function hoursOnDay(shift: { from_ms: number; until_ms: number }, day: string, zone: string): { from_ms: number; until_ms: number } {
  const overnight = Math.round((Date.parse(dayOf(shift.until_ms, zone)) - Date.parse(dayOf(shift.from_ms, zone))) / 86_400_000);
  return {
    from_ms: momentAt(day, timeOf(shift.from_ms, zone), zone),
    until_ms: momentAt(addDays(day, overnight), timeOf(shift.until_ms, zone), zone),
  };
}

/**
 * Two changes, in the order in which they are to be asked for: first somebody is there on the other day, then nobody on
 * this one. If the second fails, there is one too many and not one too few.
 */
export function move(division_id: string, shift: ShiftHours, day: string, zone: string, by: Substitute, reason: string): [OverrideBody, OverrideBody] {
  const there = hoursOnDay(shift, day, zone);
  const added: OverrideBody = { division_id, role: shift.role, kind: "add", present: by, ...span(there.from_ms, there.until_ms), ...because(reason) };
  return [added, removal(division_id, shift, reason)];
}

/** What a drop means: on somebody's shift an exchange, on somebody's free hours of that day a substitute, on another day a move. */
export function meaningOf(
  shift: { key: string; from_ms: number },
  on: { key: string; day: string; shift: boolean },
  zone: string,
): ChangeKind | null {
  if (on.shift) return on.key === shift.key ? null : "swap";
  if (on.day !== dayOf(shift.from_ms, zone)) return "move";
  return on.key === shift.key ? null : "replace";
}

function because(reason: string): { reason?: string } {
  return reason.trim() === "" ? {} : { reason: reason.trim() };
}
