/** The codes that lists can be narrowed to: what the hub has words for, in the order of its words. */
import { useI18n } from "vue-i18n";

import type { DeviceKind, Shelvable } from "@/api/shapes";

import type { FilterChoice } from "./filters";

export const DEVICE_KINDS: readonly DeviceKind[] = ["call_button", "smartwatch", "wristband", "mattress", "fall_radar", "gateway"];
export const SHELVABLES: readonly Shelvable[] = ["fall_suspected", "inactivity", "vitals", "bed", "wandering"];

/** The choices of a filter: all of a vocabulary, and first of all none. */
export function useChoices() {
  const { t, tm } = useI18n();
  return (vocabulary: string, any: string, wordOf: (code: string) => string = (code) => t(`${vocabulary}.${code}`)): FilterChoice[] => [
    { value: "", label: any },
    ...Object.keys(tm(vocabulary) as Record<string, unknown>).map((code) => ({ value: code, label: wordOf(code) })),
  ];
}
