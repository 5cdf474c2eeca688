/** How late an alert came, and how a duration is said. */
import { describe, expect, it } from "vitest";

import type { Incident } from "@/api/shapes";
import { durationParts } from "@/incident/duration";
import { latenessOf, latenessOfIncident } from "@/incident/lateness";

import { makeIncident, OPENED_AT } from "./incident_maker";

type Alert = Incident["alerts"][number];

function alert(late_s: number, late: boolean): Alert {
  return {
    id: "alert-1",
    kind: "sos",
    severity: "critical",
    state: "active",
    device_id: null,
    event_id: null,
    occurred_at: new Date(Date.parse(OPENED_AT) - late_s * 1000).toISOString(),
    received_at: OPENED_AT,
    test: false,
    late,
    quality: "device",
    device_occurred_at: null,
  };
}

describe("an alert", () => {
  it("is late by what passed until it was received, where the hub calls it late", () => {
    expect(latenessOf(alert(10_800, true))).toBe(10_800);
    expect(latenessOf(alert(600, false))).toBeNull();
  });
});

describe("an incident", () => {
  it("is late by its newest event while all of them are late", () => {
    expect(latenessOfIncident(makeIncident({ alerts: [alert(10_800, true), alert(7200, true)] }))).toBe(7200);
    expect(latenessOfIncident(makeIncident({ alerts: [alert(10_800, true), alert(0, false)] }))).toBeNull();
    expect(latenessOfIncident(makeIncident({ alerts: [] }))).toBeNull();
  });
});

describe("a duration", () => {
  it.each([
    [0, "0 seconds"],
    [59, "59 seconds"],
    [61, "1 minutes 1 seconds"],
    [10_800, "3 hours"],
    [20_700, "5 hours 45 minutes"],
    [10_805, "3 hours"],
    [2 * 86_400 + 4 * 3600, "2 days 4 hours"],
    [20_414 * 86_400 + 3600, "20414 days"],
  ])("of %d s is said in its two greatest units", (seconds, said) => {
    expect(durationParts(seconds).map(({ unit, count }) => `${count} ${unit}`).join(" ")).toBe(said);
  });
});
