/** What the hub said when it refused to write a file, in the reader's words, beside the form it was written in. */
import { ref } from "vue";
import { useI18n } from "vue-i18n";

import { HubProblem } from "@/api/client";

export function useRefusals() {
  const { t } = useI18n();
  const refusal = ref<string | null>(null);

  function say(problem: unknown): void {
    if (!(problem instanceof HubProblem) || problem.status === 0) refusal.value = t("problem.unreachable");
    else if (problem.status === 403) refusal.value = t("problem.forbidden");
    else refusal.value = t("problem.other", { detail: problem.detail ?? String(problem.status) });
  }
  function forget(): void {
    refusal.value = null;
  }
  return { refusal, say, forget };
}
