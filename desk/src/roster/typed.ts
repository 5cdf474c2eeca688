/** What people type for a time of day. */

/** 8, 08, 830, 0830, 8:30 and 8：30 as HH:MM; null for what is no time of a day. */
export function readTime(typed: string): string | null {
  const said = /^\s*(\d{1,2})(?:[:：.]?(\d{2}))?\s*$/.exec(typed);
  if (said === null) return null;
  const [hour, minute] = [Number(said[1]), Number(said[2] ?? "0")];
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}
