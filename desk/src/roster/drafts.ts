/** A roster as it is being written: the entries of a role in the order in which they are rung. */
import type { RosterBody, RosterEntry } from "@/api/shapes";

export type EntryBody = RosterBody["entries"][number];
export type DayName = NonNullable<NonNullable<EntryBody["shifts"]>[number]["days"]>[number];
export type TurnUnit = "hours" | "days" | "weeks";

export const WEEKDAYS: readonly DayName[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const KINDS_OF_DAYS: readonly DayName[] = ["workday", "restday", "holiday"];
export const TURN_UNITS: readonly TurnUnit[] = ["hours", "days", "weeks"];

export interface PersonDraft {
  id: number;
  name: string;
  phone: string;
  accountId: string;
}
export interface ShiftDraft {
  id: number;
  days: DayName[];
  from: string;
  until: string;
}
export interface RotationDraft {
  people: PersonDraft[];
  startsOn: string;
  handover: string;
  unit: TurnUnit;
  count: number;
}
export interface EntryDraft {
  id: number;
  person: PersonDraft;
  shifts: ShiftDraft[];
  /** Null: one person alone. */
  rotation: RotationDraft | null;
  from: string | null;
  until: string | null;
}

let lastId = 0;
const nextId = () => (lastId += 1);

export function newPerson(): PersonDraft {
  return { id: nextId(), name: "", phone: "", accountId: "" };
}
export function newShift(): ShiftDraft {
  return { id: nextId(), days: [], from: "08:00", until: "20:00" };
}
export function newEntry(): EntryDraft {
  return { id: nextId(), person: newPerson(), shifts: [], rotation: null, from: null, until: null };
}
export function newRotation(today: string): RotationDraft {
  return { people: [newPerson(), newPerson()], startsOn: today, handover: "08:00", unit: "days", count: 1 };
}

export function draftOf(entry: RosterEntry): EntryDraft {
  const { rotation } = entry;
  return {
    id: nextId(),
    person: personDraft(entry),
    shifts: entry.shifts.map((shift) => ({ id: nextId(), days: shift.days as DayName[], from: shift.from, until: shift.until })),
    rotation:
      rotation === null
        ? null
        : {
            people: rotation.people.map(personDraft),
            startsOn: rotation.starts_on,
            handover: rotation.handover,
            ...turnOf(rotation.turn),
          },
    from: entry.from,
    until: entry.until,
  };
}

export function bodyOf(draft: EntryDraft, turnsName: string): EntryBody {
  const { rotation } = draft;
  const shared = {
    shifts: draft.shifts.map(({ days, from, until }) => ({ days, from, until })),
    ...(draft.from === null ? {} : { from: draft.from }),
    ...(draft.until === null ? {} : { until: draft.until }),
  };
  if (rotation === null) return { ...personBody(draft.person), ...shared };
  return {
    name: draft.person.name.trim() || turnsName,
    ...shared,
    rotation: {
      people: rotation.people.map(personBody),
      starts_on: rotation.startsOn,
      handover: rotation.handover,
      turn: { [rotation.unit]: rotation.count },
    },
  };
}

/** Moved by so many places; at the end of the list it stays. */
export function moved<Entry>(list: readonly Entry[], from: number, to: number): Entry[] {
  const target = Math.max(0, Math.min(list.length - 1, to));
  const rest = list.filter((_, index) => index !== from);
  const taken = list[from];
  return taken === undefined ? [...list] : [...rest.slice(0, target), taken, ...rest.slice(target)];
}

/** What keeps a roster from being written; the keys of `roster.flaw_*`. */
export function flawsOf(entries: readonly EntryDraft[]): string[] {
  const found = new Set<string>();
  for (const { person, rotation } of entries) {
    const people = rotation === null ? [person] : rotation.people;
    if (people.some(({ name }) => name.trim() === "")) found.add("name_missing");
    if (rotation !== null && rotation.people.length < 2) found.add("turns_of_one");
    if (rotation !== null && !(Number.isInteger(rotation.count) && rotation.count >= 1)) found.add("turn_length");
    if (rotation !== null && rotation.startsOn === "") found.add("starts_on");
  }
  return [...found];
}

/** Without any number a ladder passes them by; it can be written all the same. */
export function peopleWithoutNumber(entries: readonly EntryDraft[]): string[] {
  return entries
    .flatMap(({ person, rotation }) => (rotation === null ? [person] : rotation.people))
    .filter(({ name, phone, accountId }) => name.trim() !== "" && phone.trim() === "" && accountId === "")
    .map(({ name }) => name.trim());
}

function personDraft(person: { name: string; phone: string | null; account_id: string | null }): PersonDraft {
  return { id: nextId(), name: person.name, phone: person.phone ?? "", accountId: person.account_id ?? "" };
}

function personBody({ name, phone, accountId }: PersonDraft): { name: string; phone?: string; account?: string } {
  return {
    name: name.trim(),
    ...(phone.trim() === "" ? {} : { phone: phone.trim() }),
    ...(accountId === "" ? {} : { account: accountId }),
  };
}

function turnOf(turn: NonNullable<RosterEntry["rotation"]>["turn"]): { unit: TurnUnit; count: number } {
  const unit = TURN_UNITS.find((one) => turn[one] !== null && turn[one] !== undefined) ?? "days";
  return { unit, count: turn[unit] ?? 1 };
}
