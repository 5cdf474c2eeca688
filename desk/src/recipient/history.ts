/** What has happened around a person, one line each; what can be asked for alone is what people look for. */
import type { TimelineEntry } from "@/api/shapes";

export const KINDS = ["all", "incident", "follow_up", "maintenance", "device_event", "mode"] as const;
export type Kind = (typeof KINDS)[number];

/** Assignments are of the equipment: who had what, when. */
const KIND_OF: Record<string, Kind> = {
  incident: "incident",
  follow_up: "follow_up",
  maintenance: "maintenance",
  assignment: "maintenance",
  device_event: "device_event",
  mode: "mode",
};

export function entriesOf(entries: readonly TimelineEntry[], kind: Kind): TimelineEntry[] {
  return kind === "all" ? [...entries] : entries.filter((entry) => KIND_OF[entry.type] === kind);
}

/** A detail of an entry that is a text; null where it has none. */
export function textOf(entry: TimelineEntry, name: string): string | null {
  const value = entry.details[name];
  return typeof value === "string" && value !== "" ? value : null;
}
