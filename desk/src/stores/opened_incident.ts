/**
 * The incident on the right: with its log, notifications and devices, and the file of its person.
 *
 * It is read again whenever the stream says that the incident changed. Notifications move without the incident moving,
 * so they are read with each tick while any is still under way.
 */
import { defineStore } from "pinia";
import { computed, reactive, ref, shallowRef, watch } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { Incident, IncidentDetail, RecipientFile } from "@/api/shapes";

import { useIncidents } from "./incidents";
import { useLink } from "./link";

const UNDER_WAY = new Set(["owed", "queued", "sending", "submitting", "sent", "accepted"]);

export const useOpenedIncident = defineStore("opened incident", () => {
  const incidents = useIncidents();
  const link = useLink();

  const id = ref<string | null>(null);
  const detail = shallowRef<IncidentDetail | null>(null);
  const file = shallowRef<RecipientFile | null>(null);
  const failed = ref(false);
  const fileProblem = ref<"failed" | "forbidden" | null>(null);
  /** Notes that were begun, by incident: a note begun for one person must not end up with another. */
  const drafts = reactive(new Map<string, string>());
  let reading = false;
  let readAgain = false;

  /** What is known first: the queue's incident at once, the detail when it has arrived. */
  const incident = computed<Incident | null>(() => {
    if (id.value === null) return null;
    return incidents.known.get(id.value) ?? (detail.value?.id === id.value ? detail.value : null);
  });

  /** Why there is no detail: what was not read is not nothing. */
  const unread = computed(() => (detail.value !== null ? null : failed.value ? "failed" : "reading"));
  /** The same of the file, of somebody who has one. */
  const fileUnread = computed(() => (file.value !== null || incident.value?.recipient == null ? null : (fileProblem.value ?? "reading")));

  async function open(wanted: string | null): Promise<void> {
    if (wanted === id.value) return;
    id.value = wanted;
    detail.value = null;
    file.value = null;
    failed.value = false;
    fileProblem.value = null;
    if (wanted !== null) await read();
  }

  /** Read the detail; one reading at a time, and once more if something changed meanwhile. */
  async function read(): Promise<void> {
    if (reading) {
      readAgain = true;
      return;
    }
    reading = true;
    do {
      readAgain = false;
      await readOnce();
    } while (readAgain);
    reading = false;
  }

  async function readOnce(): Promise<void> {
    const wanted = id.value;
    if (wanted === null) return;
    try {
      const [read] = await Promise.all([ask(hub.GET("/api/v1/incidents/{incident_id}", { params: { path: { incident_id: wanted } } })), readFile()]);
      if (id.value !== wanted) readAgain = true;
      else detail.value = read;
      failed.value = false;
    } catch {
      failed.value = id.value === wanted;
    }
    if (file.value === null && fileProblem.value === null) await readFile();
  }

  /** The file, once: each reading of it is a look that goes on record. */
  async function readFile(): Promise<void> {
    const wanted = incident.value?.recipient?.id;
    if (wanted === undefined || file.value?.id === wanted) return;
    try {
      const read = await ask(hub.GET("/api/v1/recipients/{recipient_id}", { params: { path: { recipient_id: wanted } } }));
      if (incident.value?.recipient?.id === wanted) file.value = read;
      fileProblem.value = null;
    } catch (problem) {
      fileProblem.value = problem instanceof HubProblem && problem.status === 403 ? "forbidden" : "failed";
    }
  }

  async function readNotifications(): Promise<void> {
    const shown = detail.value;
    if (shown === null || !shown.notifications.some((one) => UNDER_WAY.has(one.state))) return;
    const query = { incident_id: shown.id };
    const page = await ask(hub.GET("/api/v1/notifications", { params: { query } })).catch(() => null);
    if (page !== null && detail.value?.id === shown.id) detail.value = { ...detail.value, notifications: page.items };
  }

  watch(
    () => (id.value === null ? undefined : incidents.known.get(id.value)),
    (now, before) => {
      if (now !== undefined && before !== undefined && now.id === before.id) void read();
    },
  );
  watch(() => link.ticks, () => void readNotifications());

  return { id, incident, detail, file, failed, fileProblem, drafts, unread, fileUnread, open, read };
});
