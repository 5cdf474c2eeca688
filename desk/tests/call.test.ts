/** A call as the desk reads it: the number, whom it may be about, and what usually becomes of it. */
import { describe, expect, it } from "vitest";

import type { CallerMatch } from "@/api/shapes";
import { candidatesOf, sureOne, wholeNumber } from "@/call/candidates";
import { digitsIn, isNumber, readNumber } from "@/call/number";
import { incidentsAbout, mayBe, PURPOSES, usualOutcome } from "@/call/outcome";

import { makeIncident } from "./incident_maker";

describe("a number", () => {
  it.each([
    ["10000000001", "10000000001"],
    ["100 0000-0001", "10000000001"],
    ["+86 100 0000 0001", "10000000001"],
    ["008610000000001", "10000000001"],
    ["tel:+86-100-0000-0001", "10000000001"],
    ["sip:10000000001@pbx.example;user=phone", "10000000001"],
    ["１００００００００01", "10000000001"],
    ["0000-0000000", "00000000000"],
    ["+49 30 1234567", "+49301234567"],
    ["来电：4321", "4321"],
    ["", ""],
    ["+", ""],
  ])("%s is read as %s", (written, read) => {
    expect(readNumber(written)).toBe(read);
  });

  it("is one from three digits on: 120 is a number, a slip of the finger is none", () => {
    expect(isNumber("120")).toBe(true);
    expect(isNumber("+4")).toBe(false);
    expect(digitsIn("+49 30")).toBe(4);
  });
});

const li = { id: "li", name: "李桂兰", division_id: "990101001001", place: "东乡柳村", birth_date: "1950-01-01", lives_alone: true };
const match = (told: Partial<CallerMatch>): CallerMatch => ({
  type: "contact",
  id: "wang",
  name: "王芳",
  role: "daughter",
  phone: "10000000001",
  exact: true,
  place: "东乡柳村",
  recipient: li,
  incidents: [],
  ...told,
});

describe("whom a call may be about", () => {
  it("is one entry a person, with everybody whose number led there", () => {
    const [one, ...others] = candidatesOf([match({}), match({ type: "device", id: "watch", name: "smartwatch", role: null })]);
    expect(others).toEqual([]);
    expect(one?.name).toBe("李桂兰");
    expect(one?.found.map((found) => found.type)).toEqual(["contact", "device"]);
  });

  it("is a helper too, who is no file; a device that nobody wears is nobody", () => {
    const helper = match({ type: "helper", id: "liu", name: "刘村医", role: "helper", recipient: null });
    const spare = match({ type: "device", id: "spare", name: "call_button", recipient: null });
    expect(candidatesOf([helper, spare]).map((one) => [one.key, one.recipientId])).toEqual([["liu", null]]);
  });

  it("is only sure where the whole number leads to one alone", () => {
    const zhao = { ...li, id: "zhao", name: "赵六" };
    expect(sureOne(candidatesOf([match({})]))?.key).toBe("li");
    expect(sureOne(candidatesOf([match({ exact: false })]))).toBeNull();
    expect(sureOne(candidatesOf([match({}), match({ id: "x", recipient: zhao })]))).toBeNull();
    expect(sureOne(candidatesOf([match({}), match({ id: "x", recipient: zhao, exact: false })]))?.key).toBe("li");
  });
});

describe("the number a call is kept with", () => {
  const [led] = candidatesOf([match({ exact: false })]);

  it("is the whole one that its last digits led to", () => {
    expect(wholeNumber("0001", led ?? null)).toBe("10000000001");
  });

  it("is the typed one when that is whole, when nobody was chosen, and when it led to two", () => {
    expect(wholeNumber("0000001", led ?? null)).toBe("0000001");
    expect(wholeNumber("0001", null)).toBe("0001");
    const [two] = candidatesOf([match({ exact: false }), match({ type: "device", phone: "10000010001", exact: false })]);
    expect(wholeNumber("0001", two ?? null)).toBe("0001");
  });
});

describe("what becomes of a call", () => {
  const early = makeIncident({ id: "early", opened_at: "2026-11-22T01:00:00Z", recipient: { id: "li", name: "李桂兰" } });
  const late = makeIncident({ id: "late", opened_at: "2026-11-22T02:00:00Z", recipient: { id: "li", name: "李桂兰" } });
  const unknown = makeIncident({ id: "unknown", recipient: null, caller_phone: "100 0000 0009" });

  it("is about the chosen person's incidents, the oldest first, else about what this number reported", () => {
    const queue = [late, unknown, early];
    expect(incidentsAbout(queue, "li", "10000000009").map((one) => one.id)).toEqual(["early", "late"]);
    expect(incidentsAbout(queue, null, "10000000009").map((one) => one.id)).toEqual(["unknown"]);
    expect(incidentsAbout(queue, null, "")).toEqual([]);
  });

  it("is usually to join for a cry and an answer, to open for a cry alone, else to be put on record", () => {
    expect(usualOutcome("help", [early])).toEqual({ then: "join", incidentId: "early" });
    expect(usualOutcome("help", [])).toEqual({ then: "open" });
    expect(usualOutcome("reply", [early])).toEqual({ then: "join", incidentId: "early" });
    expect(usualOutcome("reply", [])).toEqual({ then: "log" });
    expect(usualOutcome("question", [early])).toEqual({ then: "log" });
  });

  it("is never only a line on record when somebody asks for help, and never an incident for a wrong number", () => {
    expect(PURPOSES.filter((purpose) => !mayBe(purpose, "log"))).toEqual(["help"]);
    expect(PURPOSES.filter((purpose) => !mayBe(purpose, "open"))).toEqual(["misdial"]);
    for (const purpose of PURPOSES) expect(mayBe(purpose, usualOutcome(purpose, []).then)).toBe(true);
  });
});
