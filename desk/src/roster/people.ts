/** Who is meant on a roster: for whom somebody serves, and whom else one could ask. */
import type { Override, RosterEntry } from "@/api/shapes";

import type { DutyBlock } from "./blocks";

/** For whom somebody serves in these hours, by what was changed by hand; null: by the plan. */
export function substituteFor(block: Pick<DutyBlock, "from_ms" | "until_ms" | "hours">, role: string, overrides: readonly Override[]): string | null {
  const found = overrides.find(
    (one) =>
      one.role === role &&
      one.kind === "replace" &&
      one.present?.name === block.hours.name &&
      Date.parse(one.from) < block.until_ms &&
      block.from_ms < Date.parse(one.until),
  );
  return found?.absent ?? null;
}

/** Everybody whom a roster names, each once, in its order. */
export function peopleOf(entries: readonly RosterEntry[]): string[] {
  return [...new Set(entries.flatMap((entry) => (entry.rotation?.people ?? [entry]).map((person) => person.name)))];
}
