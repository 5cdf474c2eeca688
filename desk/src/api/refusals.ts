/** Why the hub refused what was written, in words; for forms, where a refusal names fields. */
import { useI18n } from "vue-i18n";

import { HubProblem } from "./client";

export function useRefusals() {
  const { t, te } = useI18n();

  /** One sentence for each thing that cannot be accepted. */
  return (problem: unknown): string => {
    if (!(problem instanceof HubProblem)) throw problem;
    if (problem.status === 0) return t("problem.unreachable");
    if (problem.status === 403) return t(problem.code === "division_out_of_scope" ? "refusal.division_out_of_scope" : "problem.forbidden");
    if (problem.code !== null && te(`refusal.${problem.code}`)) return t(`refusal.${problem.code}`);
    const sentences = problem.fields.map(({ field, code, message }) => {
      const name = field.split(".").filter((part) => !/^\d+$/.test(part)).at(-1) ?? field;
      for (const key of [`refusal.${name}_${code}`, `refusal.${name}`]) if (te(key)) return t(key);
      return `${field}: ${message}`;
    });
    return sentences.length > 0 ? [...new Set(sentences)].join(" ") : t("problem.other", { detail: problem.detail ?? problem.status });
  };
}
