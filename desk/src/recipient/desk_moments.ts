/** Points in time as they are typed into a form: local time of the county, whatever the computer's zone is. */
const OFFSET_MS = 8 * 3_600_000;
const OFFSET = "+08:00";

/** "2026-11-22 14:00", "2026.11.22 14：00" -> RFC 3339; null where it is no moment. */
export function momentOf(typed: string): string | null {
  const parts = /^(\d{4})\D(\d{1,2})\D(\d{1,2})[ T日]+(\d{1,2})[:：](\d{2})$/.exec(typed.trim());
  if (parts === null) return null;
  const [year, month, day, hour, minute] = parts.slice(1).map((part) => part.padStart(2, "0")) as [string, string, string, string, string];
  const moment = `${year}-${month}-${day}T${hour}:${minute}:00${OFFSET}`;
  const at_ms = Date.parse(moment);
  return Number.isNaN(at_ms) || typedOf(at_ms) !== `${year}-${month}-${day} ${hour}:${minute}` ? null : moment;
}

/** A moment as a form's field shows it, whole minutes. */
export function typedOf(at_ms: number): string {
  return new Date(at_ms + OFFSET_MS).toISOString().slice(0, 16).replace("T", " ");
}

export interface MomentChoice {
  /** i18n key below `modes.`. */
  name: string;
  at_ms: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What is mostly meant, so that nobody types a date at three in the morning. */
export function usualEnds(now_ms: number): MomentChoice[] {
  const today_ms = Math.floor((now_ms + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS;
  const evening_ms = today_ms + 20 * HOUR_MS;
  return [
    { name: "this_evening", at_ms: evening_ms },
    { name: "tomorrow_noon", at_ms: today_ms + DAY_MS + 12 * HOUR_MS },
    { name: "three_days", at_ms: evening_ms + 3 * DAY_MS },
    { name: "seven_days", at_ms: evening_ms + 7 * DAY_MS },
    { name: "fourteen_days", at_ms: evening_ms + 14 * DAY_MS },
  ].filter((choice) => choice.at_ms > now_ms);
}
