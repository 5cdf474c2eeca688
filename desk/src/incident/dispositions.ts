/** How an incident can end, in the order the desk offers it; the words are in the language files. */
import type { Disposition } from "@/api/shapes";

export const DISPOSITIONS: Disposition[] = ["real", "false", "test", "duplicate", "cancelled", "unreachable", "other"];

/** These say nothing by themselves. */
const WORTHLESS_WITHOUT_NOTE = new Set<Disposition>(["other", "unreachable"]);

export function needsNote(disposition: Disposition | null): boolean {
  return disposition !== null && WORTHLESS_WITHOUT_NOTE.has(disposition);
}
