/** What happened to the person of the opened incident before: the last ten that were closed, read once when it is opened. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { ask, hub } from "@/api/client";
import type { Incident } from "@/api/shapes";

import { useOpenedIncident } from "./opened_incident";

/** One more than is shown: the opened one may be among them. */
const LIMIT = 11;
const SHOWN = 10;

export const usePreviousIncidents = defineStore("previous incidents", () => {
  const opened = useOpenedIncident();
  const entries = shallowRef<Incident[]>([]);
  const state = ref<"reading" | "read" | "failed">("reading");
  const key = computed(() => (opened.incident?.recipient ? `${opened.incident.id} ${opened.incident.recipient.id}` : null));

  async function read(): Promise<void> {
    const asked = key.value;
    const recipient_id = opened.incident?.recipient?.id;
    if (asked === null || recipient_id === undefined) return;
    state.value = "reading";
    try {
      const query = { recipient_id, state: ["closed" as const], limit: LIMIT };
      const page = await ask(hub.GET("/api/v1/incidents", { params: { query } }));
      if (key.value !== asked) return;
      entries.value = page.items.filter((one) => one.id !== opened.id).slice(0, SHOWN);
      state.value = "read";
    } catch {
      if (key.value === asked) state.value = "failed";
    }
  }
  watch(
    key,
    () => {
      entries.value = [];
      void read();
    },
    { immediate: true },
  );

  return { entries, state, read, concerned: computed(() => key.value !== null) };
});
