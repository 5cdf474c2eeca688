/** A measured value as one reads it: with its unit, in words where it is none. */
import { useI18n } from "vue-i18n";

import type { Vital } from "@/api/shapes";

import { useWords } from "./words";

export function useVitalValues() {
  const { t, te } = useI18n();
  const { word } = useWords();

  function readable(vital: Vital): string {
    if (typeof vital.value === "boolean") return t(vital.value ? "vitals.yes" : "vitals.no");
    if (typeof vital.value === "string") return word("posture", vital.value);
    const unit = `vitals.unit.${vital.measure}`;
    return te(unit) ? t(unit, { value: round(vital) }) : String(round(vital));
  }

  /** A thermometer's tenths matter, a pulse's do not. */
  function round(vital: Vital): number {
    const places = vital.measure === "body_temperature_c" ? 10 : 1;
    return Math.round(Number(vital.value) * places) / places;
  }

  return { readable, round };
}
