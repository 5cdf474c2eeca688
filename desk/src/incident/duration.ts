/** One part of a duration in words; the unit is a key of the words. */
export interface DurationPart {
  unit: "days" | "hours" | "minutes" | "seconds";
  count: number;
}

const UNITS = [
  ["days", 86_400],
  ["hours", 3600],
  ["minutes", 60],
  ["seconds", 1],
] as const;
/** Beyond so many days nobody asks for the hours. */
const DAYS_ALONE = 3;

/** The two greatest units of a duration that say something: 5 h 45 min, 3 h, 2 d 4 h, 20414 d. */
export function durationParts(seconds: number): DurationPart[] {
  let left = Math.max(0, Math.round(seconds));
  const parts: DurationPart[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push({ unit, count });
    else if (parts.length > 0) break;
    if (parts.length === 2 || (unit === "days" && count >= DAYS_ALONE)) break;
  }
  return parts.length > 0 ? parts : [{ unit: "seconds", count: 0 }];
}

/** Durations as a clock shows them: 0:05, 12:40, 3:05:09. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}
