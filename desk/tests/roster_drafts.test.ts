/** A roster as it is written: what is read goes back as it was, order is moved, and what is missing is said. */
import { describe, expect, it } from "vitest";

import type { RosterEntry } from "@/api/shapes";
import { bodyOf, draftOf, flawsOf, moved, newEntry, newRotation, peopleWithoutNumber } from "@/roster/drafts";

const entry: RosterEntry = {
  id: "1", division_id: "990101000000", role: "operator", name: "夜班轮值", phone: null, account_id: null, from: null, until: "2027-01-01T00:00:00Z", gaps_intended: false,
  shifts: [{ days: ["sat", "holiday"], from: "20:00", until: "08:00" }],
  rotation: {
    people: [{ id: "a", name: "甲", phone: null, account_id: "u-1" }, { id: "b", name: "乙", phone: "10000000002", account_id: null }],
    starts_on: "2026-11-02", handover: "20:00", turn: { hours: null, days: null, weeks: 2 },
  },
};

describe("an entry", () => {
  it("that was read goes back as it was", () => {
    expect(bodyOf(draftOf(entry), "轮值")).toEqual({
      name: "夜班轮值", until: "2027-01-01T00:00:00Z", shifts: [{ days: ["sat", "holiday"], from: "20:00", until: "08:00" }],
      rotation: { people: [{ name: "甲", account: "u-1" }, { name: "乙", phone: "10000000002" }], starts_on: "2026-11-02", handover: "20:00", turn: { weeks: 2 } },
    });
  });

  it("of turns without a name has a usual one, and no number of its own", () => {
    const draft = { ...newEntry(), rotation: newRotation("2026-11-22") };
    draft.person.phone = "10000000009";
    expect(bodyOf(draft, "轮值")).toMatchObject({ name: "轮值", rotation: { turn: { days: 1 } } });
    expect(bodyOf(draft, "轮值")).not.toHaveProperty("phone");
  });

  it("says what keeps it from being written", () => {
    expect(flawsOf([draftOf(entry)])).toEqual([]);
    const bad = draftOf(entry);
    if (bad.rotation !== null) bad.rotation = { ...bad.rotation, people: bad.rotation.people.slice(0, 1), count: 1.5, startsOn: "" };
    expect(flawsOf([newEntry(), bad])).toEqual(["name_missing", "turns_of_one", "turn_length", "starts_on"]);
  });

  it("names who could not be rung; an account has its own number", () => {
    const silent = newEntry();
    silent.person.name = "丙";
    expect(peopleWithoutNumber([draftOf(entry), silent])).toEqual(["丙"]);
  });
});

describe("order", () => {
  it.each([
    [0, 1, ["b", "a", "c"]], [2, 0, ["c", "a", "b"]], [0, 9, ["b", "c", "a"]], [0, -1, ["a", "b", "c"]], [5, 0, ["a", "b", "c"]],
  ])("moves %i to %i", (from, to, after) => expect(moved(["a", "b", "c"], from, to)).toEqual(after));
});
