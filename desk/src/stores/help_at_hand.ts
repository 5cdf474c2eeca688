/**
 * Who has duty for the opened incident's place, and what its ladder does next: asked when it is opened and whenever its
 * deadline or its holder changes. Each asking is a look that goes on record.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { ask, hub } from "@/api/client";
import type { HelpAtHand } from "@/api/shapes";

import { useOpenedIncident } from "./opened_incident";

export const useHelpAtHand = defineStore("help at hand", () => {
  const opened = useOpenedIncident();
  const found = shallowRef<HelpAtHand | null>(null);
  const failed = ref(false);
  /** What the answer hangs on. */
  const key = computed(() => {
    const incident = opened.incident;
    return incident === null || incident.state === "closed" ? null : `${incident.id} ${incident.state} ${incident.due_at ?? ""}`;
  });

  async function read(): Promise<void> {
    const asked = key.value;
    const id = opened.id;
    if (asked === null || id === null) return;
    try {
      const told = await ask(hub.GET("/api/v1/incidents/{incident_id}/help", { params: { path: { incident_id: id } } }));
      if (key.value !== asked) return;
      found.value = told;
      failed.value = false;
    } catch {
      if (key.value === asked) failed.value = true;
    }
  }

  watch(
    () => opened.id,
    () => {
      found.value = null;
      failed.value = false;
    },
    { flush: "sync" },
  );
  watch(key, read, { immediate: true });

  return { found, failed, read };
});
