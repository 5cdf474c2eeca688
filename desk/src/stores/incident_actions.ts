/** What an operator does to an incident. Each answers whether it went well and says so in a notice. */
import { defineStore } from "pinia";
import { ref } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { ContactAttempt, Disposition, Incident, Operator, Response } from "@/api/shapes";

import { useIncidents } from "./incidents";
import { useNotices } from "./notices";

export type Translate = (key: string, values?: Record<string, unknown>) => string;

export const useIncidentActions = defineStore("incident actions", () => {
  const incidents = useIncidents();
  const notices = useNotices();
  /** The incident an action is under way for; a second key press does nothing. */
  const busyId = ref<string | null>(null);

  async function act(id: string, asked: () => Promise<Incident>, done: string, t: Translate): Promise<boolean> {
    if (busyId.value === id) return false;
    busyId.value = id;
    try {
      incidents.put(await asked());
      notices.show("done", done);
      return true;
    } catch (problem) {
      if (problem instanceof HubProblem && problem.status === 409) showHolder(id, problem);
      notices.show("problem", describeProblem(problem, t));
      if (problem instanceof HubProblem && problem.status === 409) await lookAgain(id);
      return false;
    } finally {
      busyId.value = null;
    }
  }

  /** The refusal names who was first: card and head say so before anything else is asked. */
  function showHolder(id: string, { code, holder }: HubProblem): void {
    const known = incidents.known.get(id);
    if (code !== "held" || holder === null || known === undefined || known.state === "closed") return;
    incidents.put({ ...known, state: "acknowledged", acknowledged_by: holder, sounding: false });
  }

  /** Somebody was first: show how it stands now, stream or no stream. */
  async function lookAgain(id: string): Promise<void> {
    const now = await ask(hub.GET("/api/v1/incidents/{incident_id}", at(id))).catch(() => null);
    if (now !== null) incidents.put(now);
  }

  const at = (id: string) => ({ params: { path: { incident_id: id } } });

  function take(id: string, t: Translate): Promise<boolean> {
    return act(id, () => ask(hub.POST("/api/v1/incidents/{incident_id}/acknowledge", { ...at(id), body: {} })), t("done.taken"), t);
  }
  function logContact(id: string, attempt: ContactAttempt, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/contact-attempts", { ...at(id), body: attempt }));
    return act(id, asked, t("done.contact"), t);
  }
  function sendResponder(id: string, response: Response, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/responding", { ...at(id), body: response }));
    return act(id, asked, t("done.responding", { name: response.name }), t);
  }
  function noteArrival(id: string, t: Translate): Promise<boolean> {
    return act(id, () => ask(hub.POST("/api/v1/incidents/{incident_id}/arrived", { ...at(id), body: {} })), t("done.arrived"), t);
  }
  function addNote(id: string, text: string, t: Translate): Promise<boolean> {
    return act(id, () => ask(hub.POST("/api/v1/incidents/{incident_id}/notes", { ...at(id), body: { text } })), t("done.note"), t);
  }
  function handOver(id: string, to: Operator, note: string, t: Translate): Promise<boolean> {
    const body = { operator_id: to.id, ...optionalNote(note) };
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/hand-over", { ...at(id), body }));
    return act(id, asked, t("done.handed_over", { name: to.name }), t);
  }
  function close(id: string, disposition: Disposition, note: string, t: Translate): Promise<boolean> {
    const body = { disposition, ...optionalNote(note) };
    return act(id, () => ask(hub.POST("/api/v1/incidents/{incident_id}/close", { ...at(id), body })), t("done.closed"), t);
  }
  function confirmTest(id: string, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/confirm-test", { ...at(id), body: {} }));
    return act(id, asked, t("done.test_confirmed"), t);
  }
  function reopen(id: string, note: string, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/reopen", { ...at(id), body: optionalNote(note) }));
    return act(id, asked, t("done.reopened"), t);
  }

  return { busyId, act, take, logContact, sendResponder, noteArrival, addNote, handOver, close, confirmTest, reopen };
});

function optionalNote(note: string): { note?: string } {
  return note.trim() === "" ? {} : { note: note.trim() };
}

/** What went wrong, as an operator may read it. */
export function describeProblem(problem: unknown, t: Translate): string {
  if (!(problem instanceof HubProblem)) throw problem;
  if (problem.status === 0) return t("problem.unreachable");
  if (problem.status === 403) return t("problem.forbidden");
  if (problem.holderName !== null) return t("problem.held", { name: problem.holderName });
  if (problem.code === "test_not_pending") return t("problem.test_not_pending");
  if (problem.status === 409 && problem.code === "held") return t("problem.held_unknown");
  return t("problem.other", { detail: problem.detail ?? problem.status });
}
