/** Where the board shows an incident: at home, else at the centre of the nearest place that has one. */
import type { BoardPlace, Incident } from "@/api/shapes";
import { prefixOf } from "@/division/tree";

import type { Point } from "./datum";

export interface Pin {
  incident: Incident;
  at: Point;
  /** `home`: where the person lives; `place`: only the village or township is known. */
  known: "home" | "place";
}

/** The centre of a place, or of the nearest above it that has one. */
export function centerAround(divisionId: string, places: readonly BoardPlace[]): Point | null {
  const around = places
    .filter((place) => place.center !== null && divisionId.startsWith(prefixOf(place.id)))
    .sort((one, other) => prefixOf(other.id).length - prefixOf(one.id).length);
  return around[0]?.center ?? null;
}

export function pinsOf(incidents: readonly Incident[], homes: ReadonlyMap<string, Point>, places: readonly BoardPlace[]): Pin[] {
  return incidents.flatMap((incident): Pin[] => {
    const home = homes.get(incident.id);
    if (home !== undefined) return [{ incident, at: home, known: "home" }];
    const center = centerAround(incident.division_id, places);
    return center === null ? [] : [{ incident, at: center, known: "place" }];
  });
}
