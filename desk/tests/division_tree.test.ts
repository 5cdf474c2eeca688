import { describe, expect, it } from "vitest";

import { placesNamed, placesOf, prefixOf } from "../src/division/tree";

const division = (id: string, name: string, level: string) => ({ id, name, level, timezone: "Asia/Shanghai" });
const COUNTY = [
  division("990101002000", "丘陵镇", "township"),
  division("990101000000", "示例县", "county"),
  division("990101001000", "清水镇", "township"),
  division("990101001201", "柳村", "village"),
  division("990101002201", "石村", "village"),
];

describe("places", () => {
  it("share the digits before the zeros of their level", () => {
    expect(["990101000000", "990101001000", "990101001201"].map(prefixOf)).toEqual(["990101", "990101001", "990101001201"]);
  });

  it("stand below what they belong to, whatever order they came in", () => {
    expect(placesOf(COUNTY).map((place) => [place.depth, place.path])).toEqual([
      [0, "示例县"],
      [1, "清水镇"],
      [2, "清水镇 柳村"],
      [1, "丘陵镇"],
      [2, "丘陵镇 石村"],
    ]);
  });

  it("begin with whatever a scope begins with", () => {
    expect(placesOf(COUNTY.slice(2, 4)).map((place) => [place.depth, place.path])).toEqual([
      [0, "清水镇"],
      [1, "柳村"],
    ]);
  });

  it("are found by a part of the name, their own or that of what lies above", () => {
    const names = (typed: string) => placesNamed(placesOf(COUNTY), typed).map((place) => place.name);
    expect(names("清水")).toEqual(["清水镇", "柳村"]);
    expect(names("石")).toEqual(["石村"]);
    expect(names(" 清水 柳")).toEqual(["柳村"]);
    expect(names("")).toHaveLength(5);
  });
});
