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
    categories: [...file.categories],
    ability: file.ability ?? "",
  };
}

/** What differs from `before`, as the API takes it. */
export function changesOf(draft: RecipientDraft, before: RecipientDraft): Sent {
  const changed = (Object.keys(draft) as DraftField[]).filter((field) => JSON.stringify(clean(draft[field])) !== JSON.stringify(clean(before[field])));
  return Object.fromEntries(changed.map((field) => [field, clean(draft[field])]));
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
