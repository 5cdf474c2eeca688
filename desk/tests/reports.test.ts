/** What a report is about, and how its shares are said. */
import { describe, expect, it } from "vitest";

import { before, lastHours, monthName, monthOf, monthsAfter } from "@/report/periods";
import { percent, pointsShort } from "@/report/shares";
import { isByHour, slotLabel } from "@/report/slots";

describe("months", () => {
  it("are the county's: the last evening in UTC is the next month there", () => {
    expect(monthOf(Date.parse("2026-10-31T15:59:59Z"))).toBe("2026-10");
    expect(monthOf(Date.parse("2026-10-31T16:00:00Z"))).toBe("2026-11");
  });

  it("follow each other over the year's end, both ways", () => {
    expect(monthsAfter("2026-12", 1)).toBe("2027-01");
    expect(monthsAfter("2026-01", -1)).toBe("2025-12");
    expect(monthsAfter("2026-11", -24)).toBe("2024-11");
  });

  it("are named in the reader's language", () => {
    expect(monthName("2026-11", "zh-CN")).toBe("2026年11月");
    expect(monthName("2026-11", "en")).toBe("November 2026");
  });
});

describe("stretches", () => {
  it("end now, and have one as long before them", () => {
    const eight = lastHours(8, Date.parse("2026-11-22T08:00:00Z"));
    expect(eight).toEqual({ from: "2026-11-22T00:00:00.000Z", to: "2026-11-22T08:00:00.000Z" });
    expect(before(eight)).toEqual({ from: "2026-11-21T16:00:00.000Z", to: eight.from });
  });
});

describe("shares", () => {
  const share = (part: number | null, target: number | null) => ({ of: 40, hits: 0, share: part, target });

  it("say nothing of nothing", () => {
    expect(percent(null)).toBe("—");
    expect(percent(0.975)).toBe("97.5%");
  });

  it("are short of a target, or they are not", () => {
    expect(pointsShort(share(0.95, 0.975))).toBe("2.5");
    expect(pointsShort(share(0.975, 0.975))).toBeNull();
    expect(pointsShort(share(null, 0.975))).toBeNull();
    expect(pointsShort(share(0.1, null))).toBeNull();
  });
});

describe("slots", () => {
  it("are hours or days by what lies between them", () => {
    expect(isByHour([{ starts_at: "2026-11-22T00:00:00Z" }, { starts_at: "2026-11-22T01:00:00Z" }])).toBe(true);
    expect(isByHour([{ starts_at: "2026-11-21T16:00:00Z" }, { starts_at: "2026-11-22T16:00:00Z" }])).toBe(false);
  });

  it("are named in the place's time", () => {
    expect(slotLabel("2026-11-21T16:00:00Z", true, "Asia/Shanghai", "zh-CN")).toBe("00:00");
    expect(slotLabel("2026-11-21T16:00:00Z", false, "Asia/Shanghai", "zh-CN")).toBe("11/22");
    expect(slotLabel("2026-11-21T16:00:00Z", true, "Asia/Shanghai", "zh-CN", true)).toBe("11/22 00:00");
  });
});
