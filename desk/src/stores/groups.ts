/**
 * Floods in the queue: its rows with what belongs together folded, which groups were unfolded, and the one group that is
 * looked at, with all that ever were in it.
 *
 * The rows follow from the incidents alone and are true as soon as these are. What the hub knows of a group is read once,
 * when somebody looks at it - each reading is a look on record; how its members stand, the stream tells.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { ask, hub } from "@/api/client";
import type { IncidentGroup } from "@/api/shapes";
import { arrangeQueue, type ChoosableRow, type FoldedGroup } from "@/queue/queue_rows";

import { describeProblem, type Translate } from "./incident_actions";
import { useIncidents } from "./incidents";
import { useNotices } from "./notices";

export const useGroups = defineStore("groups", () => {
  const incidents = useIncidents();
  const notices = useNotices();
  const unfolded = ref<ReadonlySet<string>>(new Set());
  const rows = computed(() => arrangeQueue(incidents.queue, { unfolded: unfolded.value, selectedId: incidents.selectedId }));
  const choosable = computed(() => rows.value.filter((row): row is ChoosableRow => row.type !== "heading"));
  const groups = computed(() => rows.value.flatMap((row) => (row.type === "group" ? [row] : [])));

  const opened = shallowRef<IncidentGroup | null>(null);
  const failed = ref(false);
  const taking = ref(false);

  function unfold(key: string, open: boolean): void {
    const now = new Set(unfolded.value);
    if (open) now.add(key);
    else now.delete(key);
    unfolded.value = now;
  }

  /** All at once: folded when any is unfolded, else unfolded. */
  function foldAll(): void {
    const keys = groups.value.map((row) => row.key);
    unfolded.value = keys.some((key) => unfolded.value.has(key)) ? new Set() : new Set(keys);
  }

  function choose(row: ChoosableRow): void {
    if (row.type === "incident") incidents.select(row.incident.id);
    else incidents.selectGroup(row.key);
  }

  /** The row of the group that is chosen; the same group in the other section when all of it was taken. */
  const chosen = computed<FoldedGroup | null>(() => {
    const key = incidents.selectedGroupId;
    if (key === null) return null;
    const [, id] = splitKey(key);
    const found = groups.value.find((row) => row.key === key) ?? groups.value.find((row) => row.group.id === id);
    return found?.group ?? null;
  });
  const openedId = computed(() => (incidents.selectedGroupId === null ? null : splitKey(incidents.selectedGroupId)[1]));

  async function read(): Promise<void> {
    const wanted = openedId.value;
    if (wanted === null) return;
    try {
      const group = await ask(hub.GET("/api/v1/incident-groups/{group_id}", { params: { path: { group_id: wanted } } }));
      if (openedId.value === wanted) opened.value = group;
      failed.value = false;
    } catch {
      failed.value = openedId.value === wanted;
    }
  }

  watch(openedId, () => {
    opened.value = null;
    failed.value = false;
    void read();
  });

  /** Of the group that is looked at: those that are not closed, as the stream tells them, and how many are. */
  const members = computed(() => {
    const id = openedId.value;
    return id === null ? [] : incidents.queue.filter((one) => one.group?.id === id);
  });
  const closedCount = computed(() => {
    const living = new Set(members.value.map((one) => one.id));
    return opened.value?.members.filter((one) => !living.has(one.id)).length ?? 0;
  });

  /** Take what may be taken together; whether anything was said against it. Each is taken by itself, so the stream tells the rest. */
  async function take(id: string, t: Translate): Promise<boolean> {
    if (taking.value) return false;
    taking.value = true;
    try {
      const group = await ask(hub.POST("/api/v1/incident-groups/{group_id}/acknowledge", { params: { path: { group_id: id } }, body: {} }));
      notices.show("done", t("groups.taken", { count: group.taken.length, singly: group.counts.open_singly }));
      return true;
    } catch (problem) {
      notices.show("problem", describeProblem(problem, t));
      return false;
    } finally {
      taking.value = false;
    }
  }

  return { rows, choosable, groups, unfolded, unfold, foldAll, choose, chosen, opened, openedId, members, closedCount, failed, read, taking, take };
});

/** A group's key is its section and its id. */
function splitKey(key: string): [string, string] {
  const at = key.indexOf("-");
  return [key.slice(0, at), key.slice(at + 1)];
}
