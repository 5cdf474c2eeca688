/** What is read aloud to 120, 110 or 119: the sentence first that sends somebody, then what they need on the way. */

export const EMERGENCY_NUMBERS = ["120", "110", "119"] as const;
export type EmergencyNumber = (typeof EMERGENCY_NUMBERS)[number];

/** A line of the block: what it is about, and what is read. */
export interface SpokenLine {
  about: "where" | "entry" | "key" | "who" | "what" | "health" | "back";
  text: string;
}

/** Lines that have something to say, in the order in which an emergency centre asks for them. */
export function spokenLines(lines: Record<SpokenLine["about"], string | null>): SpokenLine[] {
  const order: SpokenLine["about"][] = ["where", "who", "what", "health", "entry", "key", "back"];
  return order.flatMap((about) => {
    const text = lines[about]?.trim() ?? "";
    return text === "" ? [] : [{ about, text }];
  });
}

/** The block as it is copied. */
export function asText(lines: SpokenLine[], titleOf: (about: SpokenLine["about"]) => string): string {
  return lines.map(({ about, text }) => `${titleOf(about)}：${text}`).join("\n");
}
