/** Points in time as they are typed into a form: local time of the county, whatever the computer's zone is. */
const OFFSET_MS = 8 * 3_600_000;

/** "2026-11-22T14:00" of a form -> RFC 3339; nothing typed is null. */
export function momentOf(typed: string): string | null {
  return typed === "" ? null : `${typed}:00+08:00`;
}

/** A moment as a form's field takes it, whole minutes. */
export function typedOf(at_ms: number): string {
  return new Date(at_ms + OFFSET_MS).toISOString().slice(0, 16);
}
