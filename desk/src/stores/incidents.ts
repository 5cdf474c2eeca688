/**
 * Every incident that is not closed, kept true by the list once and the stream from then on.
 *
 * The list is read first and carries the position it was true at; stream events at or before that position are already
 * in it and are dropped. Nothing else writes an incident here but the hub's answers to ourselves.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowReactive, watch } from "vue";

import { ask, hub, receive } from "@/api/client";
import type { Incident, Page } from "@/api/shapes";
import { compareForQueue } from "@/incident/queue_order";

const POSITION_HEADER = "X-Stream-Position";
const PAGE_SIZE = 200;
/** So long a selection must have rested before a key may act on it: what jumped under the finger was not chosen. */
export const RESTED_AFTER_MS = 300;
const notClosed = (cursor: string | null) => ({
  state: ["open" as const, "acknowledged" as const],
  limit: PAGE_SIZE,
  ...(cursor === null ? {} : { cursor }),
});

export const useIncidents = defineStore("incidents", () => {
  const known = shallowReactive(new Map<string, Incident>());
  const loading = ref(false);
  const failed = ref(false);
  const loaded = ref(false);
  const selectedId = ref<string | null>(null);
  /** The group that is shown instead of an incident. */
  const selectedGroupId = ref<string | null>(null);
  /** Whether the selection is old enough to have been seen. */
  const rested = ref(false);
  let position = 0;
  let waiting: { position: number; incident: Incident }[] | null = null;

  const queue = computed(() => [...known.values()].filter((one) => one.state !== "closed").sort(compareForQueue));
  const untaken = computed(() => queue.value.filter((one) => one.state === "open"));
  const taken = computed(() => queue.value.filter((one) => one.state === "acknowledged"));

  /** Read the list anew; the position it was true at. Events that arrive meanwhile wait and are applied after it. */
  async function load(): Promise<number> {
    loading.value = true;
    waiting ??= [];
    try {
      const read = await readAll();
      const shown = selectedId.value === null ? undefined : known.get(selectedId.value);
      known.clear();
      for (const incident of read.incidents) known.set(incident.id, incident);
      if (shown !== undefined && !known.has(shown.id)) keepInView(shown);
      position = read.position;
      const late = waiting;
      waiting = null;
      for (const event of late) apply(event.position, event.incident);
      failed.value = false;
      loaded.value = true;
      selectFirst();
      return position;
    } catch (problem) {
      failed.value = true;
      throw problem;
    } finally {
      loading.value = false;
    }
  }

  /** What is looked at and is in the list no more was closed meanwhile: it stays, and how it ended is asked beside. */
  function keepInView(shown: Incident): void {
    known.set(shown.id, { ...shown, state: "closed" });
    if (shown.state === "closed") return;
    const path = { incident_id: shown.id };
    void ask(hub.GET("/api/v1/incidents/{incident_id}", { params: { path } })).then(put, () => undefined);
  }

  /** Take in a stream event; false when it was seen before. */
  function apply(at: number, incident: Incident): boolean {
    if (waiting !== null) {
      waiting.push({ position: at, incident });
      return true;
    }
    if (at <= position) return false;
    position = at;
    put(incident);
    return true;
  }

  /** Take in an incident, unless a newer version of it is here: answers and events overtake each other. A closed one stays only while it is looked at. */
  function put(incident: Incident): void {
    if ((known.get(incident.id)?.version ?? 0) > incident.version) return;
    if (incident.state === "closed" && incident.id !== selectedId.value) known.delete(incident.id);
    else known.set(incident.id, incident);
    if (selectedId.value === null && selectedGroupId.value === null) selectFirst();
  }

  function select(id: string | null): void {
    const left = selectedId.value === null ? undefined : known.get(selectedId.value);
    selectedId.value = id;
    selectedGroupId.value = null;
    if (left?.state === "closed" && left.id !== id) known.delete(left.id);
  }

  function selectGroup(id: string): void {
    select(null);
    selectedGroupId.value = id;
  }

  /** Show the first of the queue where nothing is shown, or what was shown is gone. */
  function selectFirst(): void {
    if (selectedGroupId.value !== null || (selectedId.value !== null && known.has(selectedId.value))) return;
    selectedId.value = queue.value[0]?.id ?? null;
  }

  let resting: ReturnType<typeof setTimeout> | undefined;
  watch(
    selectedId,
    (id) => {
      rested.value = false;
      clearTimeout(resting);
      if (id !== null) resting = setTimeout(() => (rested.value = true), RESTED_AFTER_MS);
    },
    { flush: "sync" },
  );

  return { known, queue, untaken, taken, loading, failed, loaded, selectedId, selectedGroupId, rested, load, apply, put, select, selectGroup };
});

/** All pages of the list, and the position of the first: whatever changes while we page comes by the stream. */
async function readAll(): Promise<{ incidents: Incident[]; position: number }> {
  const incidents: Incident[] = [];
  let position: number | null = null;
  let cursor: string | null = null;
  do {
    const { body, response }: { body: Page<Incident>; response: Response } = await receive(
      hub.GET("/api/v1/incidents", { params: { query: notClosed(cursor) } }),
    );
    position ??= Number(response.headers.get(POSITION_HEADER) ?? 0);
    incidents.push(...body.items);
    cursor = body.next ?? null;
  } while (cursor !== null);
  return { incidents, position };
}
