/** What a position of a device is worth: a point one may go to, or an area to search. */
import type { Datum } from "./datum";

/** Where a device was. */
export interface Fix {
  lat: number;
  lon: number;
  accuracy_m: number | null;
  source: string | null;
  datum?: Datum;
  fixed_at: string;
}

/** Beyond it a circle says more than a point in its middle. */
const POINT_WITHIN_M = 200;
/** What a mast, or a guess without an accuracy, is at least off by. */
const CELL_RADIUS_M = 600;

/** A cell tower's fix is never a point, whatever accuracy it claims. */
export function isArea(fix: Fix): boolean {
  return fix.source === "cell" || (fix.accuracy_m ?? 0) > POINT_WITHIN_M;
}

/** The radius to draw and to say, in metres; null where nobody knows how far off it is. */
export function radiusOf(fix: Fix): number | null {
  if (fix.source === "cell") return Math.max(fix.accuracy_m ?? CELL_RADIUS_M, POINT_WITHIN_M);
  return fix.accuracy_m === null ? null : Math.max(fix.accuracy_m, 1);
}

/** A radius as one says it: nobody walks by the metre. */
export function roundedRadius(radius_m: number): number {
  const step = radius_m < 100 ? 5 : radius_m < 1000 ? 50 : 500;
  return Math.max(step, Math.round(radius_m / step) * step);
}
