/** What came of a real one and why there was a false one, in the order the desk offers it; the likely ones of a kind first. */
import type { Ending, FalseCause } from "@/api/shapes";

const ENDINGS: Ending[] = [
  "helped_on_site",
  "taken_to_hospital",
  "family_attending",
  "resolved_by_phone",
  "handed_to_services",
  "recovered",
  "found",
  "deceased",
  "other",
];
const CAUSES: FalseCause[] = [
  "pressed_by_mistake",
  "posture_change",
  "worn_wrongly",
  "device_fault",
  "signal",
  "somebody_else",
  "surroundings",
  "threshold",
  "away_unsaid",
  "unknown",
];
/** What comes first for a kind; everything else follows in the usual order. */
const FIRST_ENDING: Record<string, Ending[]> = { wandering: ["found"], phone_report: ["resolved_by_phone"] };
const FIRST_CAUSE: Record<string, FalseCause[]> = {
  fall: ["posture_change"],
  inactivity: ["away_unsaid", "worn_wrongly"],
  wandering: ["away_unsaid", "signal"],
  vitals: ["worn_wrongly", "threshold"],
  bed: ["threshold", "device_fault"],
  unreadable_event: ["device_fault", "signal"],
};

export function endingsFor(kind: string): Ending[] {
  return [...new Set([...(FIRST_ENDING[kind] ?? []), ...ENDINGS])];
}
export function causesFor(kind: string): FalseCause[] {
  return [...new Set([...(FIRST_CAUSE[kind] ?? []), ...CAUSES])];
}
