/** A duration as it is typed: a number and its unit, the greatest that leaves no fraction. */
export const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;
export type SpanUnit = keyof typeof UNITS;
const GREATEST_FIRST: readonly SpanUnit[] = ["days", "hours", "minutes", "seconds"];

export function unitOf(seconds: number): SpanUnit {
  if (seconds === 0) return "minutes";
  return GREATEST_FIRST.find((unit) => seconds >= UNITS[unit] && seconds % UNITS[unit] === 0) ?? "seconds";
}
/** The number in that unit, without the tail that binary fractions leave. */
export function countOf(seconds: number, unit: SpanUnit): number {
  return Math.round((seconds / UNITS[unit]) * 1000) / 1000;
}
export function secondsOf(count: number, unit: SpanUnit): number {
  return Math.round(count * UNITS[unit] * 1000) / 1000;
}
