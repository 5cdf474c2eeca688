/** Days and times of a place as moments, also in the nights in which clocks are changed; the core's rules. */
import { describe, expect, it } from "vitest";

import { addDays, addMonths, dayOf, hoursOfDay, momentAt, timeOf, weekdayOf, weekOf, weeksOfMonth } from "@/roster/local_days";
import { readTime } from "@/roster/typed";

const SHANGHAI = "Asia/Shanghai";
const BERLIN = "Europe/Berlin";
const iso = (at_ms: number) => new Date(at_ms).toISOString();

describe("a time of a day", () => {
  it("is a moment by the clocks of the place, whatever the browser's are", () => {
    expect(iso(momentAt("2026-11-22", "08:00", SHANGHAI))).toBe("2026-11-22T00:00:00.000Z");
    expect(iso(momentAt("2026-07-01", "00:00", BERLIN))).toBe("2026-06-30T22:00:00.000Z");
    expect(iso(momentAt("2026-01-01", "00:00", BERLIN))).toBe("2025-12-31T23:00:00.000Z");
  });

  it("comes when clocks jump over it", () => {
    expect(iso(momentAt("2026-03-29", "02:30", BERLIN))).toBe("2026-03-29T01:00:00.000Z");
  });

  it("comes the first time where clocks show it twice", () => {
    expect(iso(momentAt("2026-10-25", "02:30", BERLIN))).toBe("2026-10-25T00:30:00.000Z");
    expect(iso(momentAt("2026-10-25", "03:00", BERLIN))).toBe("2026-10-25T02:00:00.000Z");
  });

  it("is read back as it was written", () => {
    const at_ms = momentAt("2026-10-25", "22:00", BERLIN);
    expect([dayOf(at_ms, BERLIN), timeOf(at_ms, BERLIN)]).toEqual(["2026-10-25", "22:00"]);
    expect(dayOf(Date.parse("2026-11-22T16:30Z"), SHANGHAI)).toBe("2026-11-23");
  });

  it.each([
    ["8", "08:00"], ["830", "08:30"], ["0830", "08:30"], ["8：30", "08:30"], [" 20:00 ", "20:00"],
  ])("is understood as it is typed: %s", (typed, time) => expect(readTime(typed)).toBe(time));

  it.each(["24", "8:60", "", "early", "8:3"])("is refused where it is none: %s", (typed) => expect(readTime(typed)).toBeNull());
});

describe("days", () => {
  it("have an hour more or less where clocks are changed", () => {
    expect([hoursOfDay("2026-10-25", BERLIN), hoursOfDay("2026-03-29", BERLIN), hoursOfDay("2026-03-29", SHANGHAI)]).toEqual([25, 23, 24]);
  });

  it("make weeks from Monday to Sunday, over the end of a year", () => {
    expect(weekOf("2026-01-01")).toEqual(["2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]);
    expect([weekdayOf("2026-11-23"), weekdayOf("2026-11-22")]).toEqual([0, 6]);
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });

  it("make whole weeks of a month", () => {
    const weeks = weeksOfMonth("2026-02-14");
    expect([weeks.length, weeks[0]?.[0], weeks.at(-1)?.at(-1)]).toEqual([5, "2026-01-26", "2026-03-01"]);
    expect(weeksOfMonth("2027-02-10").flat().length).toBe(28);
  });

  it("stay in the month that is gone to", () => {
    expect([addMonths("2026-01-31", 1), addMonths("2026-03-31", -1), addMonths("2026-12-15", 1)]).toEqual(["2026-02-28", "2026-02-28", "2027-01-15"]);
  });
});
