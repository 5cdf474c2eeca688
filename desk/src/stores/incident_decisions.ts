/** What only people decide about an incident: how it ended, how grave it is, which one is the same matter, what remains. */
import { defineStore } from "pinia";

import { ask, hub } from "@/api/client";
import type { Disposition, Ending, FalseCause, Severity } from "@/api/shapes";

import { type Translate, useIncidentActions } from "./incident_actions";

/** How it ended, as the dialog asks it. */
export interface Closing {
  disposition: Disposition;
  outcome: Ending | null;
  cause: FalseCause | null;
  note: string;
}

export const useIncidentDecisions = defineStore("incident decisions", () => {
  const { act } = useIncidentActions();
  const at = (id: string) => ({ params: { path: { incident_id: id } } });

  function close(id: string, { disposition, outcome, cause, note }: Closing, t: Translate): Promise<boolean> {
    const body = { disposition, ...(outcome && { outcome }), ...(cause && { cause }), ...(note.trim() && { note: note.trim() }) };
    return act(id, () => ask(hub.POST("/api/v1/incidents/{incident_id}/close", { ...at(id), body })), t("done.closed"), t);
  }
  function changeSeverity(id: string, severity: Severity, reason: string, t: Translate): Promise<boolean> {
    const body = { severity, reason: reason.trim() };
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/severity", { ...at(id), body }));
    return act(id, asked, t("decision.severity_done"), t);
  }
  function merge(id: string, into: string, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/merge", { ...at(id), body: { into } }));
    return act(id, asked, t("decision.merge_done"), t);
  }
  function adoptPolicy(id: string, name: string, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/policy", { ...at(id), body: { name } }));
    return act(id, asked, t("decision.policy_done", { name }), t);
  }
  function askVisit(id: string, note: string, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/visit", { ...at(id), body: { note } }));
    return act(id, asked, t("remains.visit_done"), t);
  }
  function askRepair(id: string, device_id: string, note: string, t: Translate): Promise<boolean> {
    const asked = () => ask(hub.POST("/api/v1/incidents/{incident_id}/repair", { ...at(id), body: { device_id, note } }));
    return act(id, asked, t("remains.repair_done"), t);
  }

  return { close, changeSeverity, merge, adoptPolicy, askVisit, askRepair };
});
