/** The order of the queue. */
import { describe, expect, it } from "vitest";

import { compareForQueue } from "@/incident/queue_order";

import { makeIncident } from "./incident_maker";

const order = (...incidents: ReturnType<typeof makeIncident>[]) => incidents.sort(compareForQueue).map((one) => one.id);

describe("the queue", () => {
  it("puts an untaken low one before a taken critical one", () => {
    const taken = makeIncident({ id: "taken", state: "acknowledged" });
    const untaken = makeIncident({ id: "untaken", severity: "low" });
    expect(order(taken, untaken)).toEqual(["untaken", "taken"]);
  });

  it("puts the graver before the older", () => {
    const older = makeIncident({ id: "older", severity: "high", opened_at: "2026-11-22T01:00:00Z" });
    const graver = makeIncident({ id: "graver", severity: "critical" });
    expect(order(older, graver)).toEqual(["graver", "older"]);
  });

  it("puts the older first among equals, and settles ties the same way each time", () => {
    const older = makeIncident({ id: "z", opened_at: "2026-11-22T01:00:00Z" });
    const [left, right] = [makeIncident({ id: "a" }), makeIncident({ id: "b" })];
    expect(order(right, left, older)).toEqual(["z", "a", "b"]);
    expect(order(left, older, right)).toEqual(["z", "a", "b"]);
  });
});
