/** Where things are drawn: the datum of the map, what a fix is worth, and where an incident stands. */
import { describe, expect, it } from "vitest";

import type { BoardPlace, Incident } from "@/api/shapes";
import { convert, formatPoint, readPoint } from "@/map/datum";
import { addUp, countOf, liesIn, troubledOf } from "@/map/device_health";
import { isArea, radiusOf, roundedRadius, type Fix } from "@/map/fixes";
import { centerAround, pinsOf } from "@/map/pins";
import { spreadOut } from "@/map/spreading";

const BEIJING = { lat: 39.9087, lon: 116.3975 };

function metresBetween(one: { lat: number; lon: number }, other: { lat: number; lon: number }): number {
  const north = (one.lat - other.lat) * 111_195;
  const east = (one.lon - other.lon) * 111_195 * Math.cos((one.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

describe("a datum", () => {
  it("moves a point in China by hundreds of metres, and a point abroad not at all", () => {
    expect(metresBetween(BEIJING, convert(BEIJING, "wgs84", "gcj02"))).toBeGreaterThan(200);
    expect(metresBetween(BEIJING, convert(BEIJING, "wgs84", "gcj02"))).toBeLessThan(700);
    expect(metresBetween(BEIJING, convert(BEIJING, "wgs84", "bd09"))).toBeGreaterThan(800);
    const paris = { lat: 48.8584, lon: 2.2945 };
    expect(convert(paris, "wgs84", "gcj02")).toEqual(paris);
  });

  it("agrees with what others publish for Tiananmen", () => {
    // 天安门: WGS-84 39.90734, 116.39089 is GCJ-02 39.90874, 116.39713 (published pairs agree to some metres)
    const amap = convert({ lat: 39.90734, lon: 116.39089 }, "wgs84", "gcj02");
    expect(metresBetween(amap, { lat: 39.90874, lon: 116.39713 })).toBeLessThan(10);
  });

  it.each(["gcj02", "bd09"] as const)("is undone to less than a metre: %s", (datum) => {
    expect(metresBetween(convert(convert(BEIJING, "wgs84", datum), datum, "wgs84"), BEIJING)).toBeLessThan(1);
  });

  it("leaves a point alone that is in the map's own", () => {
    expect(convert(BEIJING, "bd09", "bd09")).toEqual(BEIJING);
  });
});

describe("a point that was typed", () => {
  it("is read when it is a place on earth", () => {
    expect(readPoint(" 37.62 ", "114.92")).toEqual({ lat: 37.62, lon: 114.92 });
    expect(formatPoint({ lat: 37.62, lon: 114.92 })).toBe("37.62000, 114.92000");
  });
  it.each([["", "114"], ["37", ""], ["114.92", "37.62"], ["x", "1"], ["0", "181"]])("is none: %s, %s", (lat, lon) => {
    expect(readPoint(lat, lon)).toBeNull();
  });
});

describe("a fix", () => {
  const fix = (source: string | null, accuracy_m: number | null): Fix => ({ lat: 1, lon: 1, accuracy_m, source, fixed_at: "" });

  it("of a cell tower is an area whatever it claims, and never a small one", () => {
    expect([isArea(fix("cell", 12)), radiusOf(fix("cell", 12)), radiusOf(fix("cell", null))]).toEqual([true, 200, 600]);
  });
  it("of a satellite is a point with its circle", () => {
    expect([isArea(fix("gps", 12)), radiusOf(fix("gps", 12))]).toEqual([false, 12]);
  });
  it("that is far off is an area, too", () => {
    expect(isArea(fix("wifi", 350))).toBe(true);
  });
  it("without an accuracy has no circle", () => {
    expect(radiusOf(fix("gps", null))).toBeNull();
  });
  it("is said in round metres", () => {
    expect([3, 12, 214, 1730].map(roundedRadius)).toEqual([5, 10, 200, 1500]);
  });
});

const place = (id: string, center: { lat: number; lon: number } | null): BoardPlace => ({
  id,
  name: id,
  level: "village",
  center,
  recipients: 0,
  devices: { well: 1, faulty: 1, offline: 1, unseen: 0 },
});
const incident = (id: string, division_id: string): Incident => ({ id, division_id }) as Incident;

describe("where an incident stands", () => {
  const county = place("990101000000", { lat: 37, lon: 114 });
  const village = place("990101001001", { lat: 37.6, lon: 114.9 });

  it("is at home when the home is known", () => {
    const [pin] = pinsOf([incident("a", village.id)], new Map([["a", { lat: 1, lon: 2 }]]), [county, village]);
    expect([pin?.at, pin?.known]).toEqual([{ lat: 1, lon: 2 }, "home"]);
  });

  it("is else beside the centre of the nearest place", () => {
    expect(centerAround("990101001001", [county, village])).toEqual(village.center);
    expect(centerAround("990101001002", [county, village])).toEqual(county.center);
    const [pin] = pinsOf([incident("a", village.id)], new Map(), [county, village]);
    expect([pin?.at, pin?.known]).toEqual([village.center, "place"]);
  });

  it("is nowhere when no place around it is on the map", () => {
    expect(pinsOf([incident("a", village.id)], new Map(), [place(village.id, null)])).toEqual([]);
  });
});

describe("marks that would lie upon each other", () => {
  const at = (id: string, x: number, y: number, free = 0) => ({ id, x, y, free });

  it("leave one that stands alone where it is", () => {
    expect(spreadOut([at("a", 10, 10), at("b", 300, 10)])).toEqual(new Map([["a", { dx: 0, dy: 0 }], ["b", { dx: 0, dy: 0 }]]));
  });

  it("are moved apart, the first staying in the middle, as many as a storm brings", () => {
    const spots = Array.from({ length: 60 }, (_, index) => at(String(index), 100 + (index % 7), 100 - (index % 5)));
    const offsets = spreadOut(spots);
    const places = spots.map((spot) => ({ x: spot.x + (offsets.get(spot.id)?.dx ?? 0), y: spot.y + (offsets.get(spot.id)?.dy ?? 0) }));
    expect(places[0]).toEqual({ x: 100, y: 100 });
    const nearest = places.flatMap((one, index) => places.slice(index + 1).map((other) => Math.hypot(one.x - other.x, one.y - other.y)));
    expect(Math.min(...nearest)).toBeGreaterThan(18);
    expect(Math.max(...places.map(({ x, y }) => Math.hypot(x - 100, y - 100)))).toBeLessThan(150);
  });

  it("become one crowd where two crowds would lie upon each other", () => {
    const crowd = (from: number, x: number) => Array.from({ length: 12 }, (_, index) => at(String(from + index), x, 0));
    const offsets = [...spreadOut([...crowd(0, 0), ...crowd(12, 60)]).entries()];
    const places = offsets.map(([id, { dx, dy }]) => ({ x: (Number(id) < 12 ? 0 : 60) + dx, y: dy }));
    const nearest = places.flatMap((one, index) => places.slice(index + 1).map((other) => Math.hypot(one.x - other.x, one.y - other.y)));
    expect(Math.min(...nearest)).toBeGreaterThan(18);
  });

  it("keep free what stands in the middle already", () => {
    const { dx, dy } = spreadOut([at("a", 0, 0, 2)]).get("a") ?? { dx: 0, dy: 0 };
    expect(Math.hypot(dx, dy)).toBeGreaterThan(15);
  });
});

describe("the devices of places", () => {
  it("add up", () => {
    const sum = addUp([place("1", null), place("2", null)].map((one) => one.devices));
    expect([countOf(sum), troubledOf(sum)]).toEqual([6, 4]);
  });
  it("belong to the township their village lies in", () => {
    expect([liesIn("990101001001", "990101001000"), liesIn("990101002001", "990101001000"), liesIn("990101002001", null)]).toEqual([true, false, true]);
  });
});
