/**
 * What the list of people is asked for: names of the address become parameters of the API.
 *
 * `care` and `only` bundle what is asked for by a switch in the API, because a reader thinks "who has no device".
 */
import type { operations } from "@/api/generated";
import type { Wanted } from "@/ledger/ledger";

type Query = NonNullable<operations["list_all_api_v1_recipients_get"]["parameters"]["query"]>;
export type Question = Omit<Query, "cursor" | "limit">;

/** In the order in which they are shown; `care` is who is cared for now, who no longer is, or both. */
export const NAMES = ["q", "division_id", "category", "ability", "mode", "only", "care"] as const;
/** What holds where the address says nothing: those who are cared for. */
export const USUAL: Wanted = { care: "current" };
export const ONLY = ["open_incident", "no_device"] as const;
export const CARE = ["current", "ended"] as const;

export function questionOf(wanted: Wanted): Question {
  const question: Question = {};
  if (wanted["q"]) question.q = wanted["q"];
  if (wanted["division_id"]) question.division_id = wanted["division_id"];
  if (wanted["category"]) question.category = wanted["category"];
  if (wanted["ability"]) question.ability = wanted["ability"];
  if (wanted["mode"]) question.mode = wanted["mode"] as NonNullable<Question["mode"]>;
  if (wanted["only"] === "open_incident") question.has_open_incident = true;
  if (wanted["only"] === "no_device") question.has_device = false;
  if (wanted["care"] === "current") question.ended = false;
  if (wanted["care"] === "ended") question.ended = true;
  return question;
}
