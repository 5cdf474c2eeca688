/** Which hours are shown around an incident, and where the lines of a chart break. */
import { describe, expect, it } from "vitest";

import type { SeriesPoint } from "@/api/shapes";
import { linesOf, rangeOf, spanOf } from "@/incident/trend";

import { makeIncident, OPENED_AT } from "./incident_maker";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const OPENED_MS = Date.parse(OPENED_AT);
const hours = (from_ms: number, to_ms: number) => (to_ms - from_ms) / HOUR_MS;

function point(minute: number, measures: Record<string, number>, device_id = "watch"): SeriesPoint {
  const summed = Object.entries(measures).map(([name, value]) => [name, { avg: value, min: value - 2, max: value + 3, count: 4 }]);
  return {
    device_id,
    recipient_id: "recipient-1",
    bucket: new Date(OPENED_MS + minute * MINUTE_MS).toISOString(),
    readings: 4,
    measures: Object.fromEntries(summed),
    steps_min: null,
    steps_max: null,
    posture: null,
    in_bed: null,
    worn: null,
    charging: null,
    battery_pct: null,
  };
}

describe("the hours that are shown", () => {
  it("are the last six while the incident is new", () => {
    const span = spanOf(makeIncident(), OPENED_MS + 2 * MINUTE_MS);
    expect(hours(span.from_ms, span.to_ms)).toBe(6);
    expect(span.to_ms).toBe(OPENED_MS + 2 * MINUTE_MS);
    expect(span.event_ms).toBe(OPENED_MS);
  });

  it("reach back to before the event when it has been open for long", () => {
    const span = spanOf(makeIncident(), OPENED_MS + 8 * HOUR_MS);
    expect(span.from_ms).toBe(OPENED_MS - HOUR_MS);
    expect(span.to_ms).toBe(OPENED_MS + 8 * HOUR_MS);
  });

  it("are at most a day, however long it was forgotten", () => {
    const span = spanOf(makeIncident(), OPENED_MS + 90 * HOUR_MS);
    expect(hours(span.from_ms, span.to_ms)).toBe(24);
  });

  it("end an hour after it was closed", () => {
    const closed = makeIncident({ state: "closed", closed_at: new Date(OPENED_MS + 10 * MINUTE_MS).toISOString() });
    const span = spanOf(closed, OPENED_MS + 400 * HOUR_MS);
    expect(span.to_ms).toBe(OPENED_MS + HOUR_MS + 10 * MINUTE_MS);
    expect(hours(span.from_ms, span.to_ms)).toBe(6);
  });

  it("hold the event itself, when it came late", () => {
    const occurred_at = new Date(OPENED_MS - 20 * MINUTE_MS).toISOString();
    const alert = { id: "a", kind: "sos", severity: "critical", state: "active", device_id: null, event_id: null, received_at: OPENED_AT, test: false, late: true, quality: null, device_occurred_at: null, occurred_at };
    expect(spanOf(makeIncident({ alerts: [alert] }), OPENED_MS).event_ms).toBe(OPENED_MS - 20 * MINUTE_MS);
  });
});

describe("the lines", () => {
  it("are one a measure and device, in the order of the fields", () => {
    const lines = linesOf([point(0, { respiration_rate_bpm: 14, heart_rate_bpm: 60 }, "mattress"), point(1, { spo2_pct: 97, heart_rate_bpm: 70 })]);
    expect(lines.map((line) => `${line.measure} ${line.device_id}`)).toEqual([
      "heart_rate_bpm mattress",
      "heart_rate_bpm watch",
      "spo2_pct watch",
      "respiration_rate_bpm mattress",
    ]);
  });

  it("break where nothing was measured for a while", () => {
    const [line] = linesOf([point(0, { heart_rate_bpm: 70 }), point(10, { heart_rate_bpm: 72 }), point(60, { heart_rate_bpm: 74 })]);
    expect(line?.points.map((one) => one.avg)).toEqual([70, 72, null, 74]);
    expect(line?.points[2]?.at_ms).toBe(OPENED_MS + 11 * MINUTE_MS);
  });

  it("leave out what is not drawn", () => {
    expect(linesOf([point(0, { battery_pct: 80 })])).toEqual([]);
  });

  it("say their range in words", () => {
    const lines = linesOf([point(0, { heart_rate_bpm: 60 }, "mattress"), point(1, { heart_rate_bpm: 90 }), point(90, { heart_rate_bpm: 80 })]);
    expect(rangeOf(lines, "heart_rate_bpm")).toEqual({ min: 58, max: 93 });
    expect(rangeOf(lines, "spo2_pct")).toBeNull();
  });
});
