import { expect, test } from "vitest";

import { testPendingFor_s } from "@/incident/test_presses";

import { makeIncident } from "./incident_maker";

const UNTIL = "2026-11-22T02:02:00.000Z";
const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

test("a press within a window may be confirmed as a test for as long as the hub says", () => {
  const pending = makeIncident({ test_pending_until: UNTIL });
  expect(testPendingFor_s(pending, at("02:00:30"))).toBe(90);
  expect(testPendingFor_s({ ...pending, state: "acknowledged" }, at("02:01:59"))).toBe(1);
  expect(testPendingFor_s(pending, at("02:02:00"))).toBeNull();
});

test("a press outside of a window and one that is closed may not", () => {
  expect(testPendingFor_s(makeIncident(), at("02:00:30"))).toBeNull();
  expect(testPendingFor_s(makeIncident({ test_pending_until: UNTIL, state: "closed" }), at("02:00:30"))).toBeNull();
});
