/**
 * The one place where coordinates change their datum.
 *
 * Maps made in China are drawn in GCJ-02 (高德, 腾讯) or BD-09 (百度), 300 to 1400 m beside WGS-84: the wrong datum is the
 * wrong house. What is on file is WGS-84; what a device says keeps its own datum; what is drawn is the map's.
 */
import gcoord from "gcoord";

export type Datum = "wgs84" | "gcj02" | "bd09";

/** Degrees; in which datum is said beside it, WGS-84 where nothing is said. */
export interface Point {
  lat: number;
  lon: number;
}

const SYSTEMS = { wgs84: gcoord.WGS84, gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const;

export function convert(point: Point, from: Datum, to: Datum): Point {
  if (from === to) return { lat: point.lat, lon: point.lon };
  const [lon, lat] = gcoord.transform([point.lon, point.lat], SYSTEMS[from], SYSTEMS[to]);
  return { lat, lon };
}

/** As people read it to each other and type it into a navigator: five decimals are a metre. */
export function formatPoint({ lat, lon }: Point): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** What somebody typed or pasted: latitude first, as everywhere here; null when it is no place on earth. */
export function readPoint(lat: string, lon: string): Point | null {
  if (lat.trim() === "" || lon.trim() === "") return null;
  const point = { lat: Number(lat), lon: Number(lon) };
  const isPlace = Math.abs(point.lat) <= 90 && Math.abs(point.lon) <= 180;
  return Number.isFinite(point.lat) && Number.isFinite(point.lon) && isPlace ? point : null;
}
