/** The rows of a long list that are drawn. */
import { describe, expect, it } from "vitest";

import { rowAt, rowsInSight, scrollToShow, stack } from "@/queue/window";

const tops = stack([30, 100, 100, 100, 50]);

describe("a long list", () => {
  it("knows each row's place without drawing it", () => {
    expect([...tops]).toEqual([0, 30, 130, 230, 330, 380]);
    expect([0, 29, 30, 129, 130, 9999].map((y) => rowAt(tops, y))).toEqual([0, 0, 1, 1, 2, 4]);
  });

  it("draws what is in sight and a little beside it", () => {
    expect(rowsInSight(tops, 0, 100, 0)).toEqual([0, 1]);
    expect(rowsInSight(tops, 140, 60, 1)).toEqual([1, 3]);
    expect(rowsInSight(tops, 9999, 100, 1)).toEqual([3, 4]);
    expect(rowsInSight(stack([]), 0, 100, 3)).toEqual([0, -1]);
  });

  it("draws no more of a thousand than of twenty", () => {
    const many = stack(Array.from({ length: 1000 }, () => 120));
    const [first, last] = rowsInSight(many, 60_000, 800, 4);
    expect(last - first).toBeLessThan(20);
  });

  it("moves as little as brings a row into sight", () => {
    expect(scrollToShow(tops, 1, 0, 200, 0)).toBe(0);
    expect(scrollToShow(tops, 3, 0, 200, 0)).toBe(130);
    expect(scrollToShow(tops, 1, 200, 100, 10)).toBe(20);
    expect(scrollToShow(tops, 0, 200, 100, 10)).toBe(0);
  });
});
