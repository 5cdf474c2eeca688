/** A policy as it is drawn and examined: times add up, errors keep it from being written, cautions do not. */
import { describe, expect, it } from "vitest";

import type { Policy } from "@/api/shapes";
import { bodyOf, draftOf, examine, roundLength_s, roundsEnd_s, rungsOf, type PolicyDraft } from "@/policy/ladder";

const policy: Policy = {
  name: "falls", division_id: "990101000000", when: { severity: ["critical"], kind: ["fall"], division_id: "990101001000" },
  steps: [{ after_s: 0, notify: "desk" }, { after_s: 60, notify: "next_contact" }, { after_s: 120, notify: "10000000077" }],
  repeat: 3, then_every_s: 300, ack_timeout_s: 240, version: 2, updated_at: null,
};
const changed = (part: Partial<PolicyDraft>): PolicyDraft => ({ ...draftOf(policy), ...part });
const codes = (draft: PolicyDraft) => examine(draft).map(({ code }) => code);
const step = (after_s: number, target: PolicyDraft["steps"][number]["target"], number = "") => ({ id: after_s, after_s, target, number });

describe("a ladder", () => {
  it("adds the waits up to times from the opening", () => {
    expect(rungsOf(draftOf(policy).steps).map(({ at_s, target }) => [at_s, target])).toEqual([[0, "desk"], [60, "next_contact"], [180, "number"]]);
    expect([roundLength_s(draftOf(policy).steps), roundsEnd_s(draftOf(policy))]).toEqual([180, 720]);
  });

  it("of zero waits pauses between its rounds, as the core does", () => {
    expect(roundsEnd_s(changed({ steps: [step(0, "desk")], repeat: 2, then_every_s: 300 }))).toBe(600);
  });

  it("that was read goes back as it was; the default has no condition", () => {
    const { name: _, division_id: __, version: ___, updated_at: ____, ...said } = policy;
    expect(bodyOf(draftOf(policy))).toEqual(said);
    expect(bodyOf(changed({ name: "default" })).when).toEqual({ severity: [], kind: [] });
  });
});

describe("what is found", () => {
  it("is nothing in a policy that tells a person in time", () => expect(codes(draftOf(policy))).toEqual([]));

  it.each<[string, Partial<PolicyDraft>]>([
    ["name", { name: "Falls!" }],
    ["no_steps", { steps: [] }],
    ["number", { steps: [step(0, "number", "12")] }],
    ["after", { steps: [step(-1, "contacts")] }],
    ["after", { steps: [step(Number.NaN, "contacts")] }],
    ["repeat", { repeat: 1.5 }],
    ["then_every", { then_every_s: 0 }],
    ["ack_timeout", { ack_timeout_s: 90_000 }],
  ])("keeps it from being written: %s", (code, part) => {
    expect(examine(changed(part)).filter(({ gravity }) => gravity === "error").map((one) => one.code)).toEqual([code]);
  });

  it.each<[string, Partial<PolicyDraft>]>([
    ["desk_alone", { steps: [step(0, "desk")] }],
    ["late_person", { steps: [step(0, "desk"), step(240, "contacts")] }],
    ["long_wait", { steps: [step(0, "contacts"), step(601, "leader")] }],
    ["late_start", { steps: [step(30, "contacts")] }],
    ["rare_last", { then_every_s: 1200 }],
    ["ends_at_desk", { steps: [step(0, "contacts"), step(60, "desk")] }],
  ])("is a caution that may be written: %s", (code, part) => {
    expect(examine(changed(part))).toMatchObject([{ gravity: "caution", code }]);
  });
});
