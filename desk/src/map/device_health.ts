/** How the devices of a place are, added up; and the places of a choice. */
import type { BoardPlace } from "@/api/shapes";
import { prefixOf } from "@/division/tree";

export type Health = BoardPlace["devices"];

export const WITHOUT_DEVICES: Health = { well: 0, faulty: 0, offline: 0, unseen: 0 };

export function addUp(parts: readonly Health[]): Health {
  return parts.reduce(
    (sum, one) => ({
      well: sum.well + one.well,
      faulty: sum.faulty + one.faulty,
      offline: sum.offline + one.offline,
      unseen: sum.unseen + one.unseen,
    }),
    WITHOUT_DEVICES,
  );
}

export const countOf = (health: Health): number => health.well + health.faulty + health.offline + health.unseen;
/** Those that somebody should see to. */
export const troubledOf = (health: Health): number => health.faulty + health.offline;

/** Whether a place lies in another, or is it; null is everything one may see. */
export function liesIn(divisionId: string, chosen: string | null): boolean {
  return chosen === null || divisionId.startsWith(prefixOf(chosen));
}
