/** A time of day as it is typed: 22:00, 2200, 22：00, 6:00 -> 22:00, 06:00; what is none stays as it is. */
export function clockTimeOf(typed: string): string {
  const parts = /^(\d{1,2})[:：]?(\d{2})$/.exec(typed.trim());
  return parts === null ? typed : `${(parts[1] as string).padStart(2, "0")}:${parts[2] as string}`;
}
