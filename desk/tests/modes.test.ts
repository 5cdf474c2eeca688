import { expect, test } from "vitest";

import type { RecipientFile } from "@/api/shapes";
import { modeAt } from "@/incident/modes";

const NOON = Date.parse("2026-11-22T12:00:00Z");

function mode(name: string, from: string, until: string | null = null): RecipientFile["modes"][number] {
  return { id: name, mode: name, from, until, set_by: null, ended_by: null, ended_at: null, ended_why: null };
}

test("who has said nothing, whose mode is over, and whose has not begun is at home", () => {
  expect(modeAt([], NOON)).toBeNull();
  expect(modeAt([mode("away", "2026-11-20T00:00:00Z", "2026-11-22T12:00:00Z")], NOON)).toBeNull();
  expect(modeAt([mode("away", "2026-11-22T12:00:01Z")], NOON)).toBeNull();
});

test("the mode that began last counts", () => {
  const away = mode("away", "2026-11-20T00:00:00Z");
  const install = mode("install", "2026-11-22T11:00:00Z", "2026-11-22T13:00:00Z");
  expect(modeAt([away, install], NOON)).toBe(install);
  expect(modeAt([away, mode("home", "2026-11-21T00:00:00Z")], NOON)).toBeNull();
});
