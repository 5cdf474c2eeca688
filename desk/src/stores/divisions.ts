/** The places that this account may see, read once: they change when a village is founded, not in a night. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { ask, hub } from "@/api/client";
import type { Division, Page } from "@/api/shapes";
import { placesOf } from "@/division/tree";

import { useSession } from "./session";

const PAGE_ROWS = 1000;

export const useDivisions = defineStore("divisions", () => {
  const session = useSession();
  const divisions = shallowRef<Division[]>([]);
  const state = ref<"unread" | "reading" | "read" | "failed">("unread");
  const places = computed(() => placesOf(divisions.value));

  /** Read them unless they were read. */
  async function read(): Promise<void> {
    if (state.value === "reading" || state.value === "read") return;
    state.value = "reading";
    try {
      divisions.value = await readAll();
      state.value = "read";
    } catch {
      state.value = "failed";
    }
  }

  /** Where a code lies, in words; the code itself for a place that is none of ours. */
  function pathOf(id: string): string {
    return places.value.find((place) => place.id === id)?.path ?? id;
  }

  watch(
    () => session.me?.id,
    () => {
      divisions.value = [];
      state.value = "unread";
    },
  );

  return { divisions, places, state, read, pathOf };
});

async function readAll(): Promise<Division[]> {
  const found: Division[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Division> = await ask(hub.GET("/api/v1/divisions", { params: { query: { limit: PAGE_ROWS, cursor } } }));
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor !== null);
  return found;
}
