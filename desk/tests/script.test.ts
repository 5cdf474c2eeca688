/** Scripts as they are followed and written. */
import { describe, expect, it } from "vitest";

import type { Script, ShownStep } from "@/api/shapes";
import { appliesNow, byKind, isWithin, keyOf, ownFor } from "@/script/cases";
import { draftOf, emptySteps, inLocale, moved, nextStep, sameSteps, stepsOf, withNewStep } from "@/script/steps";

const COUNTY = "990101000000";
const TOWNSHIP = "990101001000";
const step = (id: string, zh: string | null = "做", en: string | null = null) => ({ id, text: { zh, en }, hint: null, action: null });
const script = (told: Partial<Script> = {}): Script => ({
  id: null,
  division_id: null,
  division_name: null,
  kind: "sos",
  severity: null,
  category: null,
  version: 0,
  steps: [step("a")],
  note: null,
  written_at: null,
  written_by: null,
  ...told,
});
const own = (told: Partial<Script> = {}) => script({ id: `own-${told.division_id}`, division_id: COUNTY, version: 1, ...told });

describe("words in two languages", () => {
  it("are the reader's, and where there are none the other's", () => {
    expect(inLocale({ zh: "回拨", en: "Ring back" }, "en")).toBe("Ring back");
    expect(inLocale({ zh: "回拨", en: null }, "en")).toBe("回拨");
    expect(inLocale({ zh: null, en: "Ring back" }, "zh-CN")).toBe("Ring back");
    expect(inLocale(null, "zh-CN")).toBe("");
  });
});

describe("the next step", () => {
  const shown = (id: string, done: boolean): ShownStep => ({ ...step(id), own: false, remarks: [], done, at: null, by: null });

  it("is the first that is not done, whatever was done after it", () => {
    expect(nextStep([shown("a", true), shown("b", false), shown("c", true)])?.id).toBe("b");
    expect(nextStep([shown("a", true)])).toBeNull();
  });
});

describe("a script while it is written", () => {
  it("comes back as it was read", () => {
    const steps = [{ ...step("a", "甲", "A"), hint: { zh: "慢", en: null }, action: "call_120" as const }, step("b")];
    expect(stepsOf(draftOf(steps))).toEqual(steps);
    expect(sameSteps(steps, stepsOf(draftOf(steps)))).toBe(true);
  });

  it("says which step says nothing", () => {
    const drafts = draftOf([step("a"), step("b", "  ", "")]);
    expect(emptySteps(drafts)).toEqual([1]);
  });

  it("gets a new step under an id that no other has", () => {
    const chances = [0.5, 0.5, 0.25];
    const first = withNewStep([], () => chances.shift() ?? 0);
    const second = withNewStep(first, () => chances.shift() ?? 0);
    expect(new Set(second.map((one) => one.id)).size).toBe(2);
    expect(second.at(-1)?.id).toMatch(/^[a-z0-9_-]{1,64}$/);
  });

  it("is put in another order, at most to its ends", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
    expect(moved(["a", "b", "c"], 1, 9)).toEqual(["a", "c", "b"]);
    expect(moved(["a"], 3, 0)).toEqual(["a"]);
  });
});

describe("which script counts", () => {
  const all = [
    script(),
    script({ category: "mental_illness" }),
    own({ id: "county" }),
    own({ id: "urgent", severity: "critical" }),
    own({ id: "withdrawn", category: "orphan", steps: [] }),
  ];

  it("is the more particular: category before severity before place", () => {
    const of = { kind: "sos", severity: null, category: null };
    expect(appliesNow(of, all)?.id).toBe("county");
    expect(appliesNow({ ...of, severity: "critical" }, all)?.id).toBe("urgent");
    expect(appliesNow({ ...of, category: "mental_illness", severity: "critical" }, all)?.category).toBe("mental_illness");
    expect(appliesNow({ ...of, category: "orphan" }, all)?.id).toBe("county");
    expect(appliesNow({ ...of, kind: "fall" }, all)).toBeNull();
  });

  it("is listed by kind, the general before the particular, what was withdrawn with it", () => {
    const [sos] = byKind(all);
    expect(sos?.scripts.map(keyOf)).toEqual(["builtin:sos", "county", "urgent", "builtin:sos:mental_illness", "withdrawn"]);
  });

  it("is ours within our own place, and there is one a case", () => {
    expect(isWithin(own({ division_id: TOWNSHIP }), COUNTY)).toBe(true);
    expect(isWithin(own(), TOWNSHIP)).toBe(false);
    expect(isWithin(script(), COUNTY)).toBe(false);
    expect(ownFor(script(), all, COUNTY)?.id).toBe("county");
    expect(ownFor(script(), all, TOWNSHIP)).toBeNull();
  });
});
