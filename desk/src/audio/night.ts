/**
 * When low incidents do not chime: what can wait until morning wakes nobody. By the clock of the hub's place; a desk's own
 * clock and time zone may be anything.
 */
export const NIGHT_FROM_H = 22;
export const NIGHT_UNTIL_H = 6;
/** All of China keeps one time; of a hub that does not say where it stands this is the best guess. */
const USUAL_TIME_ZONE = "Asia/Shanghai";

export function isNight(now_ms: number, timeZone: string | undefined): boolean {
  const written = new Intl.DateTimeFormat("en", { hour: "2-digit", hourCycle: "h23", timeZone: timeZone ?? USUAL_TIME_ZONE }).format(now_ms);
  const hour = Number.parseInt(written, 10);
  return hour >= NIGHT_FROM_H || hour < NIGHT_UNTIL_H;
}
