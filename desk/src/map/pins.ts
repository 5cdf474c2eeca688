/**
 * Where the board shows an incident: at home, else at the centre of the nearest place that has one.
 *
 * Those that share a spot stand around it in a ring, so that each can be seen and clicked.
 */
import type { BoardPlace, Incident } from "@/api/shapes";
import { prefixOf } from "@/division/tree";

import type { Point } from "./datum";

export interface Pin {
  incident: Incident;
  at: Point;
  /** `home`: where the person lives; `place`: only the village or township is known. */
  known: "home" | "place";
  /** Its place in the ring of those that share the spot, and how many they are. */
  turn: number;
  sharing: number;
}

/** Spots are told apart to about ten metres. */
const spotOf = ({ lat, lon }: Point) => `${lat.toFixed(4)},${lon.toFixed(4)}`;

/** The centre of a place, or of the nearest above it that has one. */
export function centerAround(divisionId: string, places: readonly BoardPlace[]): Point | null {
  const around = places
    .filter((place) => place.center !== null && divisionId.startsWith(prefixOf(place.id)))
    .sort((one, other) => prefixOf(other.id).length - prefixOf(one.id).length);
  return around[0]?.center ?? null;
}

export function pinsOf(incidents: readonly Incident[], homes: ReadonlyMap<string, Point>, places: readonly BoardPlace[]): Pin[] {
  const pins = incidents.flatMap((incident): Omit<Pin, "turn" | "sharing">[] => {
    const home = homes.get(incident.id);
    if (home !== undefined) return [{ incident, at: home, known: "home" }];
    const center = centerAround(incident.division_id, places);
    return center === null ? [] : [{ incident, at: center, known: "place" }];
  });
  const shared = new Map<string, number>();
  const turns = pins.map((pin) => {
    const spot = spotOf(pin.at);
    const turn = shared.get(spot) ?? 0;
    shared.set(spot, turn + 1);
    return turn;
  });
  return pins.map((pin, index) => ({ ...pin, turn: turns[index] ?? 0, sharing: shared.get(spotOf(pin.at)) ?? 1 }));
}

/** Pixels by which a pin stands beside its spot; nothing when it is alone and its place exact. */
export function offsetOf({ turn, sharing, known }: Pick<Pin, "turn" | "sharing" | "known">): { x: number; y: number } {
  if (sharing === 1 && known === "home") return { x: 0, y: 0 };
  const radius = known === "place" ? 26 + 4 * Math.max(0, sharing - 8) : 8 + 4 * sharing;
  const angle = (turn / Math.max(sharing, known === "place" ? 8 : 2)) * 2 * Math.PI - Math.PI / 2;
  return { x: Math.round(radius * Math.cos(angle)), y: Math.round(radius * Math.sin(angle)) };
}
