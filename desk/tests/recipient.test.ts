import { describe, expect, it } from "vitest";

import type { ContactList, ListedDevice, RecipientFile } from "@/api/shapes";
import { byVillage } from "@/recipient/contact_list";
import { momentOf, typedOf, usualEnds } from "@/recipient/desk_moments";
import { healthOf } from "@/recipient/device_health";
import { changesOf, dayOf, draftOf, emptyDraft, isOddPhone, isPhone, isReady } from "@/recipient/draft";
import { questionOf } from "@/recipient/list_question";
import { moved } from "@/recipient/order";
import { keptSize, photoAddress } from "@/recipient/photo";

describe("a draft of a file", () => {
  const file = { name: "李桂兰", division_id: "990101001001", lives_alone: true, categories: ["destitute"], phone: null, sex: "female" } as unknown as RecipientFile;

  it("sends what was changed and nothing else", () => {
    const before = draftOf(file);
    expect(changesOf(before, before)).toEqual({});
    expect(changesOf({ ...before, phone: " 10000000001 ", categories: [] }, before)).toEqual({ phone: "10000000001", categories: [] });
  });

  it("takes away what was emptied", () => {
    const before = { ...draftOf(file), address: "柳村", birth_date: "1941-03-08" };
    expect(changesOf({ ...before, address: "  ", birth_date: "" }, before)).toEqual({ address: null, birth_date: null });
  });

  it("takes a day in the ways it is written", () => {
    for (const typed of ["1941-03-08", "1941.3.8", "19410308", "1941年3月8日", " 1941/03/08 "]) expect(dayOf(typed), typed).toBe("1941-03-08");
    for (const typed of ["", "1941", "1941-02-30", "1899-01-01", "2100-01-01", "08-03-1941"]) expect(dayOf(typed), typed).toBeNull();
    expect(changesOf({ ...emptyDraft(null), birth_date: "1941.3.8" }, emptyDraft(null))).toEqual({ birth_date: "1941-03-08" });
  });

  it("is ready with a name, and with numbers that are some", () => {
    const draft = emptyDraft(null);
    expect(isReady(draft)).toBe(false);
    expect(isReady({ ...draft, name: "李" })).toBe(true);
    expect(isReady({ ...draft, name: "李", phone: "家里" })).toBe(false);
    expect(isReady({ ...draft, name: "李", birth_date: "昨天" })).toBe(false);
  });

  it("looks twice at a mobile number of another length, and refuses none", () => {
    expect([isPhone("110"), isPhone("+86 100 0000 0001"), isPhone("0000-0000000"), isPhone("一二三")]).toEqual([true, true, true, false]);
    expect([isOddPhone("1000000001"), isOddPhone("10000000001"), isOddPhone("110"), isOddPhone("0000-0000000")]).toEqual([true, false, false, false]);
  });
});

describe("moments of a form", () => {
  it("are the county's, whatever the computer's zone", () => {
    expect(momentOf("2026-11-25 18:00")).toBe("2026-11-25T18:00:00+08:00");
    expect(momentOf("2026.11.5 8：05")).toBe("2026-11-05T08:05:00+08:00");
    expect(typedOf(Date.parse("2026-11-25T18:00:00+08:00"))).toBe("2026-11-25 18:00");
    for (const typed of ["", "明天", "2026-13-01 00:00", "2026-02-30 00:00", "2026-11-25", "2026-11-25 25:00"]) expect(momentOf(typed), typed).toBeNull();
  });

  it("offer no end that is over", () => {
    const evening_ms = Date.parse("2026-11-25T21:00:00+08:00");
    expect(usualEnds(evening_ms).map((choice) => [choice.name, typedOf(choice.at_ms)])).toEqual([
      ["tomorrow_noon", "2026-11-26 12:00"],
      ["three_days", "2026-11-28 20:00"],
      ["seven_days", "2026-12-02 20:00"],
      ["fourteen_days", "2026-12-09 20:00"],
    ]);
  });
});

describe("a device in a list", () => {
  const device = (given: Partial<ListedDevice>): ListedDevice => ({
    id: "1", kind: "smartwatch", online: true, last_seen_at: "2026-11-22T00:00:00Z", battery_pct: 80, charging: false, worn: true, troubles: [], ...given,
  });

  it("says the gravest thing about itself", () => {
    expect(healthOf(device({}))).toBe("well");
    expect(healthOf(device({ worn: false }))).toBe("not_worn");
    expect(healthOf(device({ worn: false, charging: true }))).toBe("well");
    expect(healthOf(device({ kind: "mattress", worn: false }))).toBe("well");
    expect(healthOf(device({ online: false, worn: false }))).toBe("offline");
    expect(healthOf(device({ last_seen_at: null, online: null }))).toBe("unseen");
    expect(healthOf(device({ troubles: ["low_battery"], online: false }))).toBe("trouble");
  });
});

describe("the list of people", () => {
  it("asks for those in care unless all or others are wanted", () => {
    expect(questionOf({ care: "current", only: "no_device" })).toEqual({ ended: false, has_device: false });
    expect(questionOf({ care: "ended", q: "lgl" })).toEqual({ ended: true, q: "lgl" });
    expect(questionOf({ only: "open_incident" })).toEqual({ has_open_incident: true });
  });

  it("moves one to another place", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b"], 5, 0)).toEqual(["a", "b"]);
  });
});

it("a village on paper has its own helpers first and none of another township", () => {
  const person = (division_id: string) => ({ id: division_id, division_id, division_name: "村" });
  const helper = (division_id: string, name: string) => ({ division_id, name, role: "helper", phone: null });
  const list = {
    people: [person("990101001001"), person("990101001001"), person("990101002001")],
    helpers: [helper("990101000000", "县"), helper("990101001000", "镇"), helper("990101001001", "村"), helper("990101002000", "别")],
  } as unknown as ContactList;
  expect(byVillage(list).map((village) => [village.people.length, village.helpers.map((one) => one.name)])).toEqual([
    [2, ["村", "镇", "县"]],
    [1, ["别", "县"]],
  ]);
});

describe("a photo", () => {
  const file = { id: "01", photo_consent: true, photo_taken_in_at: "2026-11-22T00:00:00+08:00" };

  it("has an address with consent, another one for each photo, and none without", () => {
    expect(photoAddress(file)).toBe("/api/v1/recipients/01/photo?of=2026-11-22T00%3A00%3A00%2B08%3A00");
    expect(photoAddress({ ...file, photo_consent: false })).toBeNull();
    expect(photoAddress({ ...file, photo_taken_in_at: null })).toBeNull();
  });

  it("is kept no larger than a corner of a screen needs, in its own proportions", () => {
    expect(keptSize(4032, 3024)).toEqual({ width: 960, height: 720 });
    expect(keptSize(3000, 4000)).toEqual({ width: 720, height: 960 });
    expect(keptSize(200, 100)).toEqual({ width: 200, height: 100 });
    expect(keptSize(9600, 2)).toEqual({ width: 960, height: 1 });
  });
});
