/** A policy in plain language. */
import { useI18n } from "vue-i18n";

import { formatPhone } from "@/incident/phone";
import { useDuration } from "@/incident/times";
import { useWords } from "@/incident/words";
import { useDivisions } from "@/stores/divisions";

import { DEFAULT_NAME, roundLength_s, rungsOf, type PolicyDraft, type Rung } from "./ladder";

export function usePolicySentences() {
  const { t } = useI18n();
  const { word } = useWords();
  const duration = useDuration();
  const divisions = useDivisions();

  const nameOf = (name: string) => (name === DEFAULT_NAME ? t("policy.default_name") : name);
  const whoOf = ({ target, number }: Pick<Rung, "target" | "number">) =>
    target === "number" ? (number.trim() === "" ? t("policy.some_number") : formatPhone(number.trim())) : word("target", target);

  const joined = (names: readonly string[]) => (names.length === 0 ? "" : names.reduce((before, after) => t("policy.joined", { before, after })));

  /** For which incidents it is. */
  function when({ name, severity, kind, division_id }: Pick<PolicyDraft, "name" | "severity" | "kind" | "division_id">): string {
    if (name === DEFAULT_NAME) return t("policy.when_default");
    const parts = [
      ...(division_id === null ? [] : [divisions.pathOf(division_id)]),
      ...(severity.length === 0 ? [] : [joined(severity.map((one) => word("severity", one)))]),
      kind.length === 0 ? t("policy.every_kind") : joined(kind.map((one) => word("kind", one))),
    ];
    return parts.join(" · ");
  }

  /** What a step does, and how it reaches whom it tells. */
  const does = (rung: Pick<Rung, "target" | "number">) => (rung.target === "desk" ? t("policy.does_desk") : t("policy.does_text", { who: whoOf(rung) }));

  /** The whole ladder in one sentence. */
  function inWords(draft: PolicyDraft): string {
    const rungs = rungsOf(draft.steps);
    const last = rungs.at(-1);
    if (last === undefined) return t("policy.no_sentence");
    const steps = rungs.map((rung) => (rung.after_s === 0 ? t("policy.at_once", { does: does(rung) }) : t("policy.then", { after: duration(rung.after_s), does: does(rung) })));
    return [
      t("policy.sentence_steps", { steps: steps.reduce((before, after) => t("policy.joint", { before, after })) }),
      draft.repeat > 0 ? t("policy.sentence_repeat", { repeat: draft.repeat, length: duration(roundLength_s(draft.steps)) }) : "",
      t("policy.sentence_last", { every: duration(draft.then_every_s), does: does(last) }),
      t("policy.sentence_ack", { ack: duration(draft.ack_timeout_s) }),
    ].join("");
  }

  return { nameOf, whoOf, joined, when, does, inWords };
}
