/** The answering clock: 60 and 180 seconds, until somebody was called. */
import { describe, expect, it } from "vitest";

import { readAnsweringClock } from "@/incident/answering_clock";
import { formatClock } from "@/incident/duration";

import { makeIncident, OPENED_AT } from "./incident_maker";

const after = (seconds: number) => Date.parse(OPENED_AT) + seconds * 1000;

describe("the answering clock", () => {
  it("counts down to 60 seconds first", () => {
    expect(readAnsweringClock(makeIncident(), after(23))).toEqual({ target_s: 60, left_s: 37, overdue_s: null });
  });

  it("is overdue from the sixtieth second, and says by how much", () => {
    expect(readAnsweringClock(makeIncident(), after(60))).toEqual({ target_s: 180, left_s: 120, overdue_s: 0 });
    expect(readAnsweringClock(makeIncident(), after(83))).toMatchObject({ overdue_s: 23 });
  });

  it("counts from the last missed target when both are missed", () => {
    expect(readAnsweringClock(makeIncident(), after(200))).toEqual({ target_s: 180, left_s: null, overdue_s: 20 });
  });

  it("runs on after taking: clicking is not answering", () => {
    expect(readAnsweringClock(makeIncident({ state: "acknowledged" }), after(70))).toMatchObject({ overdue_s: 10 });
  });

  it("stops at the first contact attempt, at a responder, and at closing", () => {
    expect(readAnsweringClock(makeIncident({ contacted_at: OPENED_AT }), after(70))).toBeNull();
    expect(readAnsweringClock(makeIncident({ responding_at: OPENED_AT }), after(70))).toBeNull();
    expect(readAnsweringClock(makeIncident({ state: "closed" }), after(70))).toBeNull();
  });

  it("never shows a negative age when the hub's clock is a little ahead", () => {
    expect(readAnsweringClock(makeIncident(), after(-2))).toMatchObject({ left_s: 60 });
  });

  it("is written as people read clocks", () => {
    expect([5, 65, 3665, -3].map(formatClock)).toEqual(["0:05", "1:05", "1:01:05", "0:00"]);
  });
});
