/** A policy as it is written and drawn: steps by the time at which they come, and what gives reason to think again. */
import type { Policy, PolicyBody } from "@/api/shapes";

export const TARGETS = ["desk", "next_contact", "contacts", "helpers", "township", "supervisor", "leader"] as const;
export type Target = (typeof TARGETS)[number];
export type Severity = NonNullable<NonNullable<PolicyBody["when"]>["severity"]>[number];
export type Kind = NonNullable<NonNullable<PolicyBody["when"]>["kind"]>[number];
export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];
export const KINDS: readonly Kind[] = ["sos", "fall", "inactivity", "vitals", "bed", "wandering", "phone_report", "unreadable_event", "hub_probe"];

export const DEFAULT_NAME = "default";
export const NAME_PATTERN = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** 60 and 180 s are the audited norms of answering; a person who is told later than the second is told late. */
const PERSON_WITHIN_S = 180;
const SILENCE_MAX_S = 600;
const DAY_S = 86_400;
const STEPS_MAX = 30;
const NUMBER = /^\+?[0-9][0-9 -]{1,18}[0-9]$/;

export interface StepDraft {
  id: number;
  after_s: number;
  target: Target | "number";
  number: string;
}
export interface PolicyDraft {
  name: string;
  steps: StepDraft[];
  repeat: number;
  then_every_s: number;
  ack_timeout_s: number;
  severity: Severity[];
  kind: Kind[];
  division_id: string | null;
}

let lastId = 0;

export function newStep(): StepDraft {
  return { id: (lastId += 1), after_s: 60, target: "contacts", number: "" };
}

export function isTarget(told: string): told is Target {
  return (TARGETS as readonly string[]).includes(told);
}

export function draftOf(policy: Policy): PolicyDraft {
  return {
    name: policy.name,
    steps: policy.steps.map(({ after_s, notify }) => ({
      id: (lastId += 1),
      after_s,
      ...(isTarget(notify) ? { target: notify, number: "" } : { target: "number" as const, number: notify }),
    })),
    repeat: policy.repeat,
    then_every_s: policy.then_every_s,
    ack_timeout_s: policy.ack_timeout_s,
    severity: [...(policy.when.severity as Severity[])],
    kind: [...(policy.when.kind as Kind[])],
    division_id: policy.when.division_id ?? null,
  };
}

export function bodyOf(draft: PolicyDraft): PolicyBody {
  return {
    steps: draft.steps.map(({ after_s, target, number }) => ({ after_s, notify: target === "number" ? number.trim() : target })),
    repeat: draft.repeat,
    then_every_s: draft.then_every_s,
    ack_timeout_s: draft.ack_timeout_s,
    when:
      draft.name === DEFAULT_NAME
        ? { severity: [], kind: [] }
        : { severity: draft.severity, kind: draft.kind, ...(draft.division_id === null ? {} : { division_id: draft.division_id }) },
  };
}

/** A rung: the step with the seconds from the beginning of its round. */
export interface Rung {
  place: number;
  at_s: number;
  after_s: number;
  target: Target | "number";
  number: string;
}

export function rungsOf(steps: readonly StepDraft[]): Rung[] {
  let at_s = 0;
  return steps.map(({ after_s, target, number }, index) => ({ place: index + 1, at_s: (at_s += after_s), after_s, target, number }));
}

/** How long one round lasts: the last step's moment from the beginning. */
export function roundLength_s(steps: readonly StepDraft[]): number {
  return steps.reduce((sum, { after_s }) => sum + after_s, 0);
}

/** When the steps have been repeated, counted from the opening; then the last one recurs. */
export function roundsEnd_s(draft: PolicyDraft): number {
  const round = roundLength_s(draft.steps);
  const pause = round === 0 ? draft.then_every_s : 0;
  return (draft.repeat + 1) * round + draft.repeat * pause;
}

export interface Finding {
  /** `error`: the hub would refuse it. `caution`: it can be written, but people may wait. */
  gravity: "error" | "caution";
  code: string;
  /** Seconds that the sentence names. */
  seconds?: number;
  place?: number;
}

/** What cannot be written, and what somebody should think about before. */
export function examine(draft: PolicyDraft): Finding[] {
  return [...errorsOf(draft), ...cautionsOf(draft)];
}

function errorsOf(draft: PolicyDraft): Finding[] {
  const found: Finding[] = [];
  const error = (code: string, place?: number) => found.push({ gravity: "error", code, ...(place === undefined ? {} : { place }) });
  if (!NAME_PATTERN.test(draft.name)) error("name");
  if (draft.steps.length === 0) error("no_steps");
  if (draft.steps.length > STEPS_MAX) error("too_many_steps");
  for (const { place, after_s, target, number } of rungsOf(draft.steps)) {
    if (!(after_s >= 0 && after_s <= DAY_S)) error("after", place);
    if (target === "number" && !NUMBER.test(number.trim())) error("number", place);
  }
  if (!(Number.isInteger(draft.repeat) && draft.repeat >= 0 && draft.repeat <= 1000)) error("repeat");
  if (!(draft.then_every_s >= 1 && draft.then_every_s <= DAY_S)) error("then_every");
  if (!(draft.ack_timeout_s >= 1 && draft.ack_timeout_s <= DAY_S)) error("ack_timeout");
  return found;
}

function cautionsOf(draft: PolicyDraft): Finding[] {
  const found: Finding[] = [];
  const rungs = rungsOf(draft.steps);
  const person = rungs.find(({ target }) => target !== "desk");
  if (rungs.length > 0 && person === undefined) found.push({ gravity: "caution", code: "desk_alone" });
  if (person !== undefined && person.at_s > PERSON_WITHIN_S) found.push({ gravity: "caution", code: "late_person", seconds: person.at_s });
  const longest = rungs.slice(1).reduce((most, rung) => Math.max(most, rung.after_s), 0);
  if (longest > SILENCE_MAX_S) found.push({ gravity: "caution", code: "long_wait", seconds: longest });
  if (rungs.length > 0 && (rungs[0]?.after_s ?? 0) > 0) found.push({ gravity: "caution", code: "late_start", seconds: rungs[0]?.after_s ?? 0 });
  if (draft.then_every_s > SILENCE_MAX_S) found.push({ gravity: "caution", code: "rare_last", seconds: draft.then_every_s });
  if (person !== undefined && rungs.at(-1)?.target === "desk") found.push({ gravity: "caution", code: "ends_at_desk" });
  return found;
}
