/** What is to become of a call: which choices there are, and which one is the usual. */
import type { CallPurpose, Incident, NewCall } from "@/api/shapes";

/** Somebody to whom it may matter at once comes first. */
export const PURPOSES: readonly CallPurpose[] = ["help", "reply", "question", "misdial", "other"];

export type Outcome = { then: "open" | "log" } | { then: "join"; incidentId: string };

/** Incidents a call may be about: the chosen person's, else what this number has reported; the oldest first. */
export function incidentsAbout(queue: readonly Incident[], recipientId: string | null, number: string): Incident[] {
  const digits = number.replace(/\D/g, "");
  return queue
    .filter((one) =>
      recipientId === null
        ? one.recipient === null && digits !== "" && one.caller_phone?.replace(/\D/g, "") === digits
        : one.recipient?.id === recipientId,
    )
    .sort((left, right) => left.opened_at.localeCompare(right.opened_at));
}

/** A cry for help joins what is open, else opens; who rings back is about what is open; the rest is only put on record. */
export function usualOutcome(purpose: CallPurpose, about: readonly Incident[]): Outcome {
  const first = about[0];
  if ((purpose === "help" || purpose === "reply") && first !== undefined) return { then: "join", incidentId: first.id };
  return { then: purpose === "help" ? "open" : "log" };
}

/** Somebody who asks for help is never only put on record; a wrong number opens nothing. */
export function mayBe(purpose: CallPurpose, then: NewCall["then"]): boolean {
  if (then === "log") return purpose !== "help";
  return purpose !== "misdial";
}

export function sameOutcome(left: Outcome, right: Outcome): boolean {
  return left.then === right.then && (left.then !== "join" || right.then !== "join" || left.incidentId === right.incidentId);
}
