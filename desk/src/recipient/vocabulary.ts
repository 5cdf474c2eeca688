/** The codes a file may hold, in the order in which they are offered; a file may hold words of its own beside them. */
import words from "@words/zh.json";

import type { EndedReason, ModeName } from "@/api/shapes";

export const CATEGORIES = Object.keys(words.category);
export const ABILITIES = Object.keys(words.ability);
export const RELATIONS = Object.keys(words.relation);
/** Home first: it is the absence of the others. */
export const MODES: readonly ModeName[] = ["home", "away", "hospital", "holiday", "install"];
export const ENDED_REASONS: readonly EndedReason[] = ["moved", "deceased", "withdrawn", "other"];
