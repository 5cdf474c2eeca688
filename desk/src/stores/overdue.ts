/** How much of the queues beside has waited longer than it may: the only figures their tabs carry. */
import { defineStore } from "pinia";
import { ref, watch } from "vue";

import { ask, hub } from "@/api/client";
import type { Overdue } from "@/api/shapes";

import { useLink } from "./link";
import { useSession } from "./session";

/** Ticks come every 5 s; what becomes overdue does so within hours. */
const EVERY_TICKS = 12;

export const useOverdue = defineStore("overdue", () => {
  const link = useLink();
  const session = useSession();
  const counts = ref<Overdue>({ maintenance: 0, follow_ups: 0 });

  /** What cannot be asked stays as it was: the lists themselves say that they cannot be read. */
  async function read(): Promise<void> {
    if (session.me === null) return;
    counts.value = await ask(hub.GET("/api/v1/queues/overdue")).catch(() => counts.value);
  }
  watch(
    () => Math.floor(link.ticks / EVERY_TICKS),
    () => void read(),
    { immediate: true },
  );
  return { counts, read };
});
