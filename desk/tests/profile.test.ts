import { describe, expect, it } from "vitest";

import type { SettingRule } from "@/api/shapes";
import en from "@/i18n/en/profile";
import zh from "@/i18n/zh/profile";
import { clockTimeOf } from "@/profile/clock_time";
import { isWithinBounds, keyOf, oddities, ownOf, patchOf, valueOf, withChange } from "@/profile/settings";
import { countOf, secondsOf, unitOf } from "@/profile/spans";

const rule = (given: Partial<SettingRule>): SettingRule => ({
  group: "inactivity", name: "day_limit_s", unit: "s", default: 14_400, lowest: 0, highest: 604_800, meaning: "", ...given,
});
const DAY = rule({});
const SILENCE = rule({ group: "", name: "no_sign_of_life_s", default: 43_200 });
const NIGHT = rule({ name: "night_from", unit: "clock_time", default: "22:00", lowest: null, highest: null });

describe("a person's settings", () => {
  it("are their own where they have one, else the usual", () => {
    const monitoring = { inactivity: { day_limit_s: 10_800 } };
    expect([ownOf(monitoring, DAY), ownOf(monitoring, SILENCE), valueOf(monitoring, SILENCE)]).toEqual([10_800, null, 43_200]);
    expect(valueOf(monitoring, DAY, { inactivity_day_limit_s: null })).toBe(14_400);
    expect(valueOf(monitoring, DAY, { inactivity_day_limit_s: 60 })).toBe(60);
  });

  it("change as a merge patch, null for the way back", () => {
    const changes = { inactivity_day_limit_s: null, inactivity_night_from: "21:30", no_sign_of_life_s: 3600 };
    expect(patchOf([DAY, NIGHT, SILENCE], changes)).toEqual({ inactivity: { day_limit_s: null, night_from: "21:30" }, no_sign_of_life_s: 3600 });
  });

  it("are not changed by what holds already", () => {
    const monitoring = { inactivity: { day_limit_s: 10_800 } };
    const changed = withChange(monitoring, DAY, {}, 7200);
    expect(changed).toEqual({ inactivity_day_limit_s: 7200 });
    expect(withChange(monitoring, DAY, changed, 10_800)).toEqual({});
    expect(withChange({}, DAY, {}, null)).toEqual({});
  });

  it("stay within the hub's bounds", () => {
    expect([0, 604_800, -1, 604_801, Number.NaN].map((value) => isWithinBounds(DAY, value))).toEqual([true, true, false, false, false]);
    expect(["22:00", "24:00", "9:00", ""].map((value) => isWithinBounds(NIGHT, value))).toEqual([true, false, false, false]);
  });

  it("say what does not go together", () => {
    const values: Record<string, number | string> = {
      equipment_battery_ok_pct: 20, equipment_battery_low_pct: 20, inactivity_night_from: "22:00", inactivity_night_until: "06:00",
      bed_night_from: "22:00", bed_night_until: "22:00", inactivity_night_limit_s: 60, inactivity_day_limit_s: 120,
    };
    expect(oddities((key) => values[key] ?? "")).toEqual(["battery", "bed_night", "night_shorter"]);
  });
});

describe("spans and times as they are typed", () => {
  it("have the greatest unit that leaves no fraction", () => {
    expect([14_400, 5400, 45, 259_200, 0].map(unitOf)).toEqual(["hours", "minutes", "seconds", "days", "minutes"]);
    expect([countOf(5400, "hours"), secondsOf(1.5, "hours"), secondsOf(0.1, "minutes")]).toEqual([1.5, 5400, 6]);
  });
  it("may be typed without their colon", () => {
    expect(["2130", "21：30", "6:00", "abc"].map(clockTimeOf)).toEqual(["21:30", "21:30", "06:00", "abc"]);
  });
});

it("every word of a setting's name has its sentence with the value in it, in both languages", () => {
  for (const words of [zh, en] as Record<string, string>[]) {
    const named = Object.keys(words).filter((key) => key.startsWith("name_"));
    expect(named.length).toBeGreaterThan(15);
    for (const key of named) expect(words[key.replace("name_", "means_")], key).toContain("{value}");
  }
  expect(zh).toHaveProperty(`name_${keyOf(DAY)}`);
});
