/** The policies in sight, which of them wins in a place, and what becomes of one that is tried or written. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub } from "@/api/client";
import type { DryRun, Incident, Policy, PolicyBody, PolicyChoice, RunningIncident } from "@/api/shapes";

const INCIDENTS_SHOWN = 40;

export const usePolicies = defineStore("policies", () => {
  const policies = shallowRef<Policy[]>([]);
  const state = ref<"reading" | "read" | "failed">("reading");
  const choices = shallowRef<PolicyChoice[]>([]);
  const choicesState = ref<"reading" | "read" | "failed">("reading");

  async function read(): Promise<void> {
    try {
      policies.value = (await ask(hub.GET("/api/v1/policies"))).items;
      state.value = "read";
    } catch {
      state.value = "failed";
    }
  }

  async function readChoices(division_id: string): Promise<void> {
    try {
      choices.value = (await ask(hub.GET("/api/v1/policy-choices", { params: { query: { division_id } } }))).items;
      choicesState.value = "read";
    } catch {
      choicesState.value = "failed";
    }
  }

  const at = (name: string) => ({ params: { path: { name } } });
  const write = (name: string, body: PolicyBody) => ask(hub.PUT("/api/v1/policies/{name}", { ...at(name), body }));
  const remove = (name: string) => ask(hub.DELETE("/api/v1/policies/{name}", at(name)));
  const tryOut = (policy: PolicyBody, incident_id: string): Promise<DryRun> => ask(hub.POST("/api/v1/policies/dry-run", { body: { policy, incident_id } }));
  const readRunning = async (name: string): Promise<RunningIncident[]> => (await ask(hub.GET("/api/v1/policies/{name}/open-incidents", at(name)))).items;
  const adopt = (incident_id: string, name: string) =>
    ask(hub.POST("/api/v1/incidents/{incident_id}/policy", { params: { path: { incident_id } }, body: { name } }));
  /** Incidents to try a policy on: the newest, open or closed. */
  const readIncidents = async (): Promise<Incident[]> =>
    (await ask(hub.GET("/api/v1/incidents", { params: { query: { limit: INCIDENTS_SHOWN } } }))).items;

  return { policies, state, choices, choicesState, read, readChoices, write, remove, tryOut, readRunning, adopt, readIncidents };
});
