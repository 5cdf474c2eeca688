/** Settings in plain words: the sentence follows the number while it is changed. */
import { useI18n } from "vue-i18n";

import type { SettingRule } from "@/api/shapes";
import { useDuration } from "@/incident/times";

import { keyOf, type Value } from "./settings";

export function useSettingWords() {
  const { t } = useI18n();
  const duration = useDuration();

  function said(rule: SettingRule, value: Value): string {
    if (typeof value === "string") return value;
    if (rule.unit === "s" || rule.unit === "long_s") return value === 0 ? t("profile.at_once") : duration(value);
    return rule.unit === "pct" ? `${value}%` : String(value);
  }
  const name = (rule: SettingRule): string => t(`profile.name_${keyOf(rule)}`);
  const sentence = (rule: SettingRule, value: Value): string => t(`profile.means_${keyOf(rule)}`, { value: said(rule, value) });

  return { said, name, sentence };
}
