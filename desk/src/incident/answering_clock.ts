/**
 * The answering clock: 97.5 % of calls are to be answered within 60 s and 99 % within 180 s (TEC Quality / TSA).
 *
 * It runs from opening while nobody has taken the incident, and on until the first contact attempt: clicking is not
 * answering. Ages are in milliseconds of the hub's time.
 */
import type { Incident } from "@/api/shapes";

export const ANSWER_TARGETS_S = [60, 180] as const;

/** Where an incident stands against the targets. */
export interface AnsweringClock {
  /** The target that counts now: the next one, or the last one when all are missed. */
  target_s: number;
  /** Seconds left until that target, or null when it is missed. */
  left_s: number | null;
  /** Seconds past the newest missed target, or null when none is missed. */
  overdue_s: number | null;
}

/** The clock at `now_ms`, or null where it no longer runs: someone answered, or the incident is closed. */
export function readAnsweringClock(incident: Incident, now_ms: number): AnsweringClock | null {
  if (incident.state === "closed" || incident.contacted_at !== null || incident.responding_at !== null) return null;
  const age_s = Math.max(0, Math.floor((now_ms - Date.parse(incident.opened_at)) / 1000));
  const next = ANSWER_TARGETS_S.find((target_s) => age_s < target_s);
  const missed = ANSWER_TARGETS_S.findLast((target_s) => age_s >= target_s);
  return {
    target_s: next ?? ANSWER_TARGETS_S[1],
    left_s: next === undefined ? null : next - age_s,
    overdue_s: missed === undefined ? null : age_s - missed,
  };
}
