/**
 * What a form about a person holds while it is written, and what of it is sent: what was changed, nothing else.
 *
 * Two people may write in one file at once; whoever sends the whole of it would put back what the other has mended.
 */
import type { RecipientFile } from "@/api/shapes";

export interface RecipientDraft {
  name: string;
  sex: "female" | "male" | "";
  birth_date: string;
  division_id: string | null;
  group_name: string;
  phone: string;
  address: string;
  address_note: string;
  lives_alone: boolean;
  location_consent: boolean;
  photo_consent: boolean;
  categories: string[];
  ability: string;
}
export type DraftField = keyof RecipientDraft;
/** Fields in which nothing is written as null. */
type Sent = { [Field in DraftField]?: RecipientDraft[Field] | null };

export function emptyDraft(division_id: string | null): RecipientDraft {
  return {
    name: "",
    sex: "",
    birth_date: "",
    division_id,
    group_name: "",
    phone: "",
    address: "",
    address_note: "",
    lives_alone: true,
    location_consent: false,
    photo_consent: false,
    categories: [],
    ability: "",
  };
}

export function draftOf(file: RecipientFile): RecipientDraft {
  return {
    name: file.name,
    sex: file.sex === "female" || file.sex === "male" ? file.sex : "",
    birth_date: file.birth_date ?? "",
    division_id: file.division_id,
    group_name: file.group_name ?? "",
    phone: file.phone ?? "",
    address: file.address ?? "",
    address_note: file.address_note ?? "",
    lives_alone: file.lives_alone,
    location_consent: file.location_consent,
    photo_consent: file.photo_consent,
    categories: [...file.categories],
    ability: file.ability ?? "",
  };
}

/** What differs from `before`, as the API takes it. */
export function changesOf(draft: RecipientDraft, before: RecipientDraft): Sent {
  const changed = (Object.keys(draft) as DraftField[]).filter((field) => JSON.stringify(clean(draft[field])) !== JSON.stringify(clean(before[field])));
  return Object.fromEntries(
    changed.map((field) => [field, field === "birth_date" ? dayOf(draft.birth_date) : clean(draft[field])]),
  );
}

/** Whether the hub would take it. */
export function isReady(draft: RecipientDraft): boolean {
  const phoneFits = draft.phone.trim() === "" || isPhone(draft.phone);
  const birthFits = draft.birth_date.trim() === "" || dayOf(draft.birth_date) !== null;
  return draft.name.trim() !== "" && phoneFits && birthFits;
}

/** A day as it is typed - 1941-03-08, 1941.3.8, 19410308, 1941年3月8日 - as the API takes it; null where it is none. */
export function dayOf(typed: string): string | null {
  const parts = /^(\d{4})\D?(\d{1,2})\D?(\d{1,2})日?$/.exec(typed.trim());
  if (parts === null) return null;
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal && year >= 1900 && year < 2100 ? date.toISOString().slice(0, 10) : null;
}

function clean(value: RecipientDraft[DraftField]): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  return text === "" ? null : text;
}

/** 3 to 20 digits, spaces and hyphens, with + in front at most: what the hub takes for a number. */
export function isPhone(text: string): boolean {
  return /^\+?\d[\d -]{1,18}\d$/.test(text.trim());
}
/** A number that can be rung and is no mobile telephone's length: worth a second look, never refused. */
export function isOddPhone(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  return isPhone(text) && digits.startsWith("1") && digits.length !== 11 && digits.length > 5;
}
