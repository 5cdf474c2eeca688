/**
 * Which tone the desk must be making, decided from what is known and nothing else.
 *
 * An untaken incident sounds until it is taken; a taken one sounds again when the hub says so (`sounding`). A link that
 * has been down, or a hub that has been blind, for 30 s sounds too: a silent desk looks exactly like a quiet night. Low incidents chime once
 * when they arrive and are no matter of this file.
 */
import type { Incident } from "@/api/shapes";

import type { ToneName } from "./tones";

/** Long enough for a reconnect to succeed, short enough not to be a blind desk. */
export const DEAF_ALARM_AFTER_MS = 30_000;

/** Gravest first; a grave cry for help is heard over a lost link. */
const ORDER: ToneName[] = ["critical", "high", "link", "medium"];

export interface Heard {
  incidents: Iterable<Incident>;
  /** For how long no press could have been shown. */
  deafFor_ms: number;
  hushed: boolean;
}

export function chooseTone({ incidents, deafFor_ms, hushed }: Heard): ToneName | null {
  if (hushed) return null;
  const wanted = new Set<ToneName>();
  for (const incident of incidents) if (mustSound(incident)) wanted.add(incident.severity);
  if (deafFor_ms >= DEAF_ALARM_AFTER_MS) wanted.add("link");
  return ORDER.find((tone) => wanted.has(tone)) ?? null;
}

export function mustSound(incident: Incident): boolean {
  return incident.state === "open" || (incident.state === "acknowledged" && incident.sounding);
}
