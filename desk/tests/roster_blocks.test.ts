/** Hours of duty as blocks on days, what a drop means, and what is asked of the hub for it. */
import { describe, expect, it } from "vitest";

import type { DutyCalendar, DutyHours, Override } from "@/api/shapes";
import { blocksOf, boundsOf, placeOf, rowsOf } from "@/roster/blocks";
import { exchange, hoursOnDay, meaningOf, move, replacement } from "@/roster/changes";
import { momentAt, weekOf } from "@/roster/local_days";
import { daysOfMonth } from "@/roster/month";
import { substituteFor } from "@/roster/people";

const ZONE = "Asia/Shanghai";
const BERLIN = "Europe/Berlin";
const WEEK = weekOf("2026-11-25");
const BOUNDS = boundsOf(WEEK, ZONE);

function hours(from: string, until: string, name = "甲", zone = ZONE): DutyHours {
  const at = (told: string) => new Date(momentAt(told.slice(0, 10), told.slice(11), zone)).toISOString();
  return { role: "operator", from: at(from), until: at(until), key: name, name, phone: "10000000001", account_id: null, unreachable: null };
}

describe("a block", () => {
  it("goes over midnight in one piece", () => {
    const [night, ...more] = blocksOf(hours("2026-11-24T20:00", "2026-11-25T08:00"), BOUNDS);
    expect(more).toEqual([]);
    expect(night?.left).toBeCloseTo((1 + 20 / 24) / 7);
    expect(night?.width).toBeCloseTo(0.5 / 7);
    expect([night?.continuesBefore, night?.continuesAfter]).toEqual([false, false]);
  });

  it("is cut where the days that are shown begin and end, and keeps its own hours", () => {
    const [sunday] = blocksOf(hours("2026-11-29T20:00", "2026-11-30T08:00"), BOUNDS);
    expect([(sunday?.left ?? 0) + (sunday?.width ?? 0), sunday?.continuesAfter]).toEqual([1, true]);
    expect(new Date(sunday?.until_ms ?? 0).toISOString()).toBe("2026-11-30T00:00:00.000Z");
    expect(blocksOf(hours("2026-11-30T00:00", "2026-11-30T08:00"), BOUNDS)).toEqual([]);
  });

  it("of a week's duty is one a day, without slivers of a night", () => {
    const pieces = blocksOf(hours("2026-11-23T20:00", "2026-11-30T08:00"), BOUNDS);
    expect(pieces.map((piece) => new Date(piece.from_ms).toISOString().slice(0, 13))).toEqual([
      "2026-11-23T12", "2026-11-24T16", "2026-11-25T16", "2026-11-26T16", "2026-11-27T16", "2026-11-28T16",
    ]);
    expect(pieces.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(1 - 20 / 24 / 7);
  });

  it("of the night in which clocks are set back is drawn by its hours, in days that stay equally wide", () => {
    const days = weekOf("2026-10-25");
    const bounds = boundsOf(days, BERLIN);
    const [night] = blocksOf(hours("2026-10-24T22:00", "2026-10-25T06:00", "甲", BERLIN), bounds);
    expect((night?.until_ms ?? 0) - (night?.from_ms ?? 0)).toBe(9 * 3_600_000);
    expect(night?.width).toBeCloseTo((2 / 24 + 7 / 25) / 7);
    expect(placeOf(bounds[6] ?? 0, bounds)).toBeCloseTo(6 / 7);
  });

  it("stands in the row of its person, whom the roster may name without hours", () => {
    const rows = rowsOf([hours("2026-11-24T20:00", "2026-11-25T08:00", "乙")], [{ key: "甲", name: "甲" }, { key: "乙", name: "乙" }]);
    expect(rows.map(({ name, hours: of }) => [name, of.length])).toEqual([["甲", 0], ["乙", 1]]);
  });
});

describe("a drop", () => {
  const shift = { key: "甲", from_ms: momentAt("2026-11-24", "08:00", ZONE) };
  it.each([
    ["on somebody's shift exchanges", { key: "乙", day: "", shift: true }, "swap"],
    ["on one's own shift means nothing", { key: "甲", day: "", shift: true }, null],
    ["on somebody's free hours of the day makes a substitute", { key: "乙", day: "2026-11-24", shift: false }, "replace"],
    ["on another day moves", { key: "甲", day: "2026-11-26", shift: false }, "move"],
    ["on somebody's other day moves as well", { key: "乙", day: "2026-11-26", shift: false }, "move"],
    ["where it was lifted means nothing", { key: "甲", day: "2026-11-24", shift: false }, null],
  ])("%s", (_, on, meant) => expect(meaningOf(shift, on, ZONE)).toBe(meant));
});

describe("a change by hand", () => {
  const night = { role: "operator" as const, name: "甲", from_ms: momentAt("2026-11-24", "20:00", ZONE), until_ms: momentAt("2026-11-25", "08:00", ZONE) };

  it("of a night shift to another day keeps its hours over midnight", () => {
    const there = hoursOnDay(night, "2026-11-28", ZONE);
    expect(new Date(there.from_ms).toISOString()).toBe("2026-11-28T12:00:00.000Z");
    expect(new Date(there.until_ms).toISOString()).toBe("2026-11-29T00:00:00.000Z");
  });

  it("to another day is an addition first, so that what fails leaves somebody too many and nobody too few", () => {
    const [added, removed] = move("990101000000", night, "2026-11-28", ZONE, { name: "甲" }, "");
    expect([added.kind, added.present?.name, removed.kind, removed.absent]).toEqual(["add", "甲", "remove", "甲"]);
  });

  it("says its reason only when there is one", () => {
    expect(replacement("990101000000", night, { name: "乙" }, " 病假 ")).toMatchObject({ kind: "replace", absent: "甲", present: { name: "乙" }, reason: "病假" });
    expect(exchange("990101000000", night, { ...night, name: "乙" }, " ")).not.toHaveProperty("reason");
  });

  it("is seen at the block of who serves", () => {
    const [block] = blocksOf(hours("2026-11-24T20:00", "2026-11-25T08:00", "乙"), BOUNDS);
    const override = { role: "operator", kind: "replace", absent: "甲", present: { name: "乙" }, from: "2026-11-24T12:00:00Z", until: "2026-11-24T16:00:00Z" } as Override;
    if (block === undefined) throw new Error("no block");
    expect(substituteFor(block, "operator", [override])).toBe("甲");
    expect(substituteFor(block, "leader", [override])).toBeNull();
    expect(substituteFor(block, "operator", [{ ...override, until: override.from }])).toBeNull();
  });
});

describe("a month", () => {
  it("shows a shift on the day on which it begins, a week's duty and a gap on each of theirs", () => {
    const calendar = {
      hours: [hours("2026-11-24T20:00", "2026-11-25T08:00"), hours("2026-11-25T08:00", "2026-11-27T08:00", "乙")],
      gaps: [{ role: "operator", ...spanOf("2026-11-27T08:00", "2026-11-28T08:00"), intended: false }, { role: "operator", ...spanOf("2026-11-29T00:00", "2026-11-29T08:00"), intended: true }],
    } as unknown as DutyCalendar;
    const days = daysOfMonth(WEEK, calendar, "operator", ZONE);
    expect(WEEK.map((day) => days.get(day)?.shifts.map(({ name, wholeDay }) => `${name}${wholeDay ? "*" : ""}`).join())).toEqual(["", "甲", "乙", "乙*", "乙", "", ""]);
    expect(WEEK.map((day) => days.get(day)?.gaps.length)).toEqual([0, 0, 0, 0, 1, 1, 0]);
  });
});

function spanOf(from: string, until: string): { from: string; until: string } {
  const { from: begin, until: end } = hours(from, until);
  return { from: begin, until: end };
}
