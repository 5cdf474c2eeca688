/** What the wall says, from what the hub counts; nothing here knows of a person. */
import type { Wall } from "@/api/shapes";

import { countOf, WITHOUT_DEVICES, type Health } from "./device_health";

export type Share = Wall["answered_in_60_s"];
export type Township = Wall["townships"][number];

/** The hub is asked every five seconds; so long without an answer is not "now" any more. */
export const STALE_AFTER_MS = 20_000;

/** 97.5: one decimal, none where there is none; null of nothing. Never rounded up to a hundred that it is not. */
export function percentOf(hits: number, of: number): number | null {
  if (of === 0) return null;
  return Math.floor((1000 * hits) / of) / 10;
}

/** Whether a share reaches what the field asks for; null where nothing is asked, or nothing was there to judge. */
export function reaches({ of, hits, target }: Share): boolean | null {
  if (of === 0 || target === null) return null;
  return hits >= target * of;
}

/** Devices that are heard: what was never heard counts, for nobody is watched by it. */
export function onlineShare(health: Health): number | null {
  return percentOf(health.well + health.faulty, countOf(health));
}

export interface Row {
  township: Township;
  /** Villages with something that is not closed. */
  busy: Township["villages"];
  /** How many others there are. */
  calm: number;
}

/**
 * Townships with their busy villages, in the order of the county: a place stays where one looks for it. The wall of a
 * single township shows its villages instead.
 */
export function rowsOf(townships: readonly Township[]): Row[] {
  const [only, another] = townships;
  if (only !== undefined && another === undefined && only.villages.length > 0) {
    return only.villages.map((village) => ({ township: { ...village, devices: WITHOUT_DEVICES, villages: [] }, busy: [], calm: 0 }));
  }
  return townships.map((township) => {
    const busy = township.villages.filter((village) => village.not_closed > 0);
    return { township, busy, calm: township.villages.length - busy.length };
  });
}

