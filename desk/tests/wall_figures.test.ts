/** What the wall says: never better than it is, and nothing of nothing. */
import { describe, expect, it } from "vitest";

import { onlineShare, percentOf, reaches, rowsOf, type Township } from "@/map/wall_figures";

describe("a share", () => {
  it("is never rounded up: 1999 of 2000 is not all of them", () => {
    expect([percentOf(1999, 2000), percentOf(2000, 2000), percentOf(39, 40), percentOf(0, 3)]).toEqual([99.9, 100, 97.5, 0]);
  });
  it("of nothing is none, and reaches nothing", () => {
    expect([percentOf(0, 0), reaches({ of: 0, hits: 0, share: null, target: 0.975 })]).toEqual([null, null]);
  });
  it("reaches its target exactly or not", () => {
    const of = (hits: number) => reaches({ of: 40, hits, share: hits / 40, target: 0.975 });
    expect([of(38), of(39), of(40)]).toEqual([false, true, true]);
  });
  it("of devices counts those that were never heard: nobody is watched by them", () => {
    expect(onlineShare({ well: 1, faulty: 1, offline: 1, unseen: 1 })).toBe(50);
  });
});

describe("a township", () => {
  it("names its busy villages and counts the others", () => {
    const village = (name: string, not_closed: number) => ({ name, not_closed, untaken: 0 });
    const township: Township = { ...village("东乡", 2), devices: { well: 0, faulty: 0, offline: 0, unseen: 0 }, villages: [village("柳村", 2), village("石村", 0), village("河村", 0)] };
    expect(rowsOf([township, township])[1]).toMatchObject({ busy: [{ name: "柳村" }], calm: 2 });
    expect(rowsOf([township]).map((row) => row.township.name)).toEqual(["柳村", "石村", "河村"]);
  });
});
