/** What Enter means for an incident. */
import { describe, expect, it } from "vitest";

import { canTake, isPressedAgain } from "@/incident/taking";

import { makeIncident, OPENED_AT } from "./incident_maker";

const zhang = { type: "operator", id: "zhang", name: "张敏" };
const held = makeIncident({
  state: "acknowledged",
  sounding: true,
  acknowledged_by: zhang,
  acknowledged_at: "2026-11-22T02:00:10Z",
});
const pressedAgain = { ...held, last_alert_at: "2026-11-22T02:01:00Z" };

describe("Enter in the queue", () => {
  it("takes what nobody has", () => {
    expect(canTake(makeIncident(), "zhang")).toBe(true);
  });

  it("says heard to a new press, only for whoever has it", () => {
    expect(isPressedAgain(pressedAgain)).toBe(true);
    expect(canTake(pressedAgain, "zhang")).toBe(true);
    expect(canTake(pressedAgain, "wu")).toBe(false);
  });

  it("does not silence the reminder of a call that nobody made", () => {
    expect(isPressedAgain({ ...held, last_alert_at: OPENED_AT })).toBe(false);
    expect(canTake(held, "zhang")).toBe(false);
  });

  it("means nothing for what is quiet or closed", () => {
    expect(canTake({ ...pressedAgain, sounding: false }, "zhang")).toBe(false);
    expect(canTake({ ...pressedAgain, state: "closed" }, "zhang")).toBe(false);
  });
});
