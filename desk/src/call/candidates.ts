/** Who a call may be about: what the look-up found, one entry a person, with by whom and by what they were found. */
import type { CallerMatch } from "@/api/shapes";

import { digitsIn, readNumber } from "./number";

/** So many digits has a number of a place without its area code: fewer are the end of one. */
const LOCAL_DIGITS_MIN = 7;

export interface Found {
  type: CallerMatch["type"];
  name: string;
  role: string | null;
  phone: string;
  exact: boolean;
}
export interface Candidate {
  /** Tells the choices apart: a person by their id, a helper by theirs. */
  key: string;
  recipientId: string | null;
  name: string;
  place: string | null;
  birthDate: string | null;
  livesAlone: boolean | null;
  /** Whose number led here; empty when the person was found by name. */
  found: Found[];
}

/** What a list of people knows of somebody. */
export interface ListedPerson {
  id: string;
  name: string;
  division_name: string;
  group_name: string | null;
  address: string | null;
  lives_alone: boolean;
}

export function candidatesOf(matches: readonly CallerMatch[]): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const match of matches) {
    const key = match.recipient?.id ?? match.id;
    const known = candidates.get(key) ?? {
      key,
      recipientId: match.recipient?.id ?? null,
      name: match.recipient?.name ?? match.name,
      place: match.recipient?.place ?? match.place,
      birthDate: match.recipient?.birth_date ?? null,
      livesAlone: match.recipient?.lives_alone ?? null,
      found: [],
    };
    known.found.push({ type: match.type, name: match.name, role: match.role, phone: match.phone, exact: match.exact });
    candidates.set(key, known);
  }
  // a device that nobody wears leads to nobody
  return [...candidates.values()].filter((one) => one.recipientId !== null || one.found.some(({ type }) => type === "helper"));
}

export function candidateOf(person: ListedPerson): Candidate {
  return {
    key: person.id,
    recipientId: person.id,
    name: person.name,
    place: [person.division_name, person.group_name, person.address].filter(Boolean).join(" ") || null,
    birthDate: null,
    livesAlone: person.lives_alone,
    found: [],
  };
}

/** The number a call is kept with: of last digits alone the whole number they led to, if that is one. */
export function wholeNumber(typed: string, chosen: Candidate | null): string {
  const led = new Set(chosen?.found.map((found) => readNumber(found.phone)));
  const [only] = led;
  return digitsIn(typed) < LOCAL_DIGITS_MIN && only !== undefined && led.size === 1 ? only : typed;
}

/** The one to begin with: whom the whole number leads to, when it leads to nobody else. */
export function sureOne(candidates: readonly Candidate[]): Candidate | null {
  const exact = candidates.filter((one) => one.found.some((found) => found.exact));
  return exact.length === 1 ? (exact[0] ?? null) : null;
}
