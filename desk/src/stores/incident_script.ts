/**
 * What to do in the incident that is open, and what of it was done - by anybody.
 *
 * It is read when the incident is opened and again whenever the stream says that the incident changed: a step that
 * somebody else has done is shown at once.
 */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { IncidentScript } from "@/api/shapes";

export const useIncidentScript = defineStore("incident script", () => {
  const id = ref<string | null>(null);
  const script = shallowRef<IncidentScript | null>(null);
  const failed = ref(false);
  /** There is none for this incident. */
  const missing = ref(false);
  const busyStep = ref<string | null>(null);
  let question = 0;

  async function read(wanted: string): Promise<void> {
    if (id.value !== wanted) {
      id.value = wanted;
      script.value = null;
      missing.value = false;
      failed.value = false;
    }
    const asked = (question += 1);
    try {
      const told = await ask(hub.GET("/api/v1/incidents/{incident_id}/script", { params: { path: { incident_id: wanted } } }));
      if (asked !== question) return;
      script.value = told;
      failed.value = false;
    } catch (problem) {
      if (asked !== question) return;
      if (problem instanceof HubProblem && problem.status === 404) missing.value = true;
      else failed.value = true;
    }
  }

  /** A step is done, or not after all. Throws what the hub refuses by; the script stays as it is known. */
  async function check(step: string, done: boolean): Promise<void> {
    const wanted = id.value;
    if (wanted === null || busyStep.value !== null) return;
    busyStep.value = step;
    try {
      const path = { incident_id: wanted };
      const told = await ask(hub.POST("/api/v1/incidents/{incident_id}/script-steps", { params: { path }, body: { step, done } }));
      if (id.value === wanted) {
        question += 1; // what was asked before this is older
        script.value = told;
      }
    } finally {
      busyStep.value = null;
    }
  }

  return { id, script, failed, missing, busyStep, read, check };
});
