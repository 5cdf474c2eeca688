/** How an incident can end, in the order the desk offers it; the words are in the language files. */
export const DISPOSITIONS = ["real", "false", "test", "duplicate", "cancelled", "unreachable", "other"] as const;

/** These say nothing by themselves. */
const WORTHLESS_WITHOUT_NOTE = new Set<string>(["other", "unreachable"]);

export function needsNote(disposition: string | null): boolean {
  return disposition !== null && WORTHLESS_WITHOUT_NOTE.has(disposition);
}
