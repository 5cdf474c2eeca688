/** Which incidents a script is for, and which of two counts: by kind, and within it the particular after the general. */
import type { Script } from "@/api/shapes";
import { prefixOf } from "@/division/tree";

/** In the order in which one learns them. */
export const KINDS = ["sos", "fall", "phone_report", "inactivity", "vitals", "bed", "wandering", "unreadable_event", "hub_probe"] as const;
export const CATEGORIES = [
  "mental_illness",
  "child_in_difficulty",
  "unattended_child",
  "orphan",
  "severe_disability",
  "over_90",
  "destitute",
  "minimum_living_allowance",
  "borderline",
] as const;

/** Tells scripts apart in the address and in tests: an own one by its id, a built-in one by its case. */
export function keyOf(script: Script): string {
  return script.id ?? ["builtin", script.kind, script.severity, script.category].filter(Boolean).join(":");
}

export interface KindOfScripts {
  kind: string;
  scripts: Script[];
}

/** Scripts by kind; within a kind the general before the particular, the built-in before a place's own. */
export function byKind(scripts: readonly Script[]): KindOfScripts[] {
  const known = KINDS as readonly string[];
  const kinds = [...new Set([...known, ...scripts.map((one) => one.kind)])];
  return kinds
    .map((kind) => ({ kind, scripts: scripts.filter((one) => one.kind === kind && isShown(one)).sort(compare) }))
    .filter(({ scripts: of }) => of.length > 0);
}

/** What was withdrawn is shown as long as it can be restored: always, it is an own one. */
function isShown(script: Script): boolean {
  return script.id !== null || script.steps.length > 0;
}

function compare(left: Script, right: Script): number {
  const rank = (one: Script) => [one.category === null ? 0 : 1, one.severity === null ? 0 : 1, one.division_id === null ? 0 : 1];
  const [a, b] = [rank(left), rank(right)];
  const at = a.findIndex((value, place) => value !== b[place]);
  if (at >= 0) return (a[at] ?? 0) - (b[at] ?? 0);
  const place = (one: Script) => `${one.category ?? ""}/${one.severity ?? ""}/${one.division_id ?? ""}`;
  return place(left).localeCompare(place(right));
}

export const isWithdrawn = (script: Script): boolean => script.id !== null && script.steps.length === 0;

/** The place's own script for the same case, if there is one. */
export function ownFor(script: Script, scripts: readonly Script[], divisionId: string): Script | null {
  const same = (one: Script) => one.kind === script.kind && one.severity === script.severity && one.category === script.category;
  return scripts.find((one) => one.division_id === divisionId && same(one)) ?? null;
}

/** Whether whoever sits in `divisionId` may write this one: it is their place's, or of a place below. */
export function isWithin(script: Script, divisionId: string): boolean {
  return script.division_id !== null && script.division_id.startsWith(prefixOf(divisionId));
}

export interface Case {
  kind: string;
  severity: string | null;
  category: string | null;
}

/** What somebody of this case is shown now: category before severity before place, as the hub chooses. */
export function appliesNow(of: Case, scripts: readonly Script[]): Script | null {
  const rank = (one: Script): number[] => [
    one.category === null ? 0 : 1,
    one.severity === null ? 0 : 1,
    one.division_id === null ? 0 : prefixOf(one.division_id).length,
  ];
  const fits = scripts.filter(
    (one) =>
      one.kind === of.kind &&
      one.steps.length > 0 &&
      (one.severity === null || one.severity === of.severity) &&
      (one.category === null || one.category === of.category),
  );
  return fits.reduce<Script | null>((best, one) => {
    if (best === null) return one;
    const [a, b] = [rank(one), rank(best)];
    const at = a.findIndex((value, place) => value !== b[place]);
    return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0) ? one : best;
  }, null);
}
