/**
 * Places as the tree they form: codes have 12 digits and end in zeros below their own level, so a code says where it lies.
 */
import type { Division } from "@/api/shapes";

/** A place as it stands in a list: how deep below the first one, and what lies around it. */
export interface Place {
  id: string;
  name: string;
  level: string;
  depth: number;
  /** 清水镇 柳村: as one says where it is, without the county all of them share. */
  path: string;
}

const LEVEL_LENGTHS = [2, 4, 6, 9] as const;
const DIGITS = 12;

/** The digits that a place and everything below it share. */
export function prefixOf(id: string): string {
  const length = LEVEL_LENGTHS.find((digits) => id.slice(digits) === "0".repeat(DIGITS - digits));
  return id.slice(0, length ?? DIGITS);
}

/** Places in the order of the tree, each below what it belongs to. */
export function placesOf(divisions: readonly Pick<Division, "id" | "name" | "level">[]): Place[] {
  const ordered = [...divisions].sort((one, other) => (one.id < other.id ? -1 : 1));
  const above: { prefix: string; name: string }[] = [];
  return ordered.map(({ id, name, level }) => {
    while (above.length > 0 && !id.startsWith((above.at(-1) as { prefix: string }).prefix)) above.pop();
    const path = [...above.slice(1).map((one) => one.name), name].join(" ");
    const place = { id, name, level, depth: above.length, path };
    above.push({ prefix: prefixOf(id), name });
    return place;
  });
}

/** Those whose path has each of these words, with what lies below them; all for nothing typed. A code is found too. */
export function placesNamed(places: readonly Place[], typed: string): Place[] {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return places.filter((place) => words.every((word) => place.path.toLowerCase().includes(word) || place.id.startsWith(word)));
}
