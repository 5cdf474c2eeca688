/**
 * What was last measured on the person of the opened incident, and the hours around the event.
 *
 * Read when the incident is opened and once a minute while it is not closed: each reading is a look that goes on record.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { SeriesPoint, Vital } from "@/api/shapes";
import { linesOf, spanOf, type Span, type TrendLine } from "@/incident/trend";

import { useClock } from "./clock";
import { useOpenedIncident } from "./opened_incident";

const READ_EVERY_MS = 60_000;
const PAGE_ROWS = 1000;

export const useVitals = defineStore("vitals", () => {
  const clock = useClock();
  const opened = useOpenedIncident();

  const last = shallowRef<Vital[]>([]);
  const lines = shallowRef<TrendLine[]>([]);
  const span = shallowRef<Span | null>(null);
  const state = ref<"reading" | "read" | "failed" | "forbidden">("reading");
  let read_at_ms = -Infinity;

  /** Whom it is about; an incident of a device that nobody wears has no vitals. */
  const subject = computed(() => {
    const incident = opened.incident;
    return incident === null || incident.recipient === null ? null : { id: incident.id, recipient_id: incident.recipient.id };
  });
  const key = computed(() => (subject.value === null ? null : `${subject.value.id}/${subject.value.recipient_id}`));

  async function read(): Promise<void> {
    const wanted = subject.value;
    const incident = opened.incident;
    if (wanted === null || incident === null) return;
    const asked = key.value;
    const wantedSpan = spanOf(incident, clock.now_ms);
    read_at_ms = clock.steady_ms;
    try {
      const path = { recipient_id: wanted.recipient_id };
      const [page, points] = await Promise.all([
        ask(hub.GET("/api/v1/recipients/{recipient_id}/vitals", { params: { path } })),
        readPoints(wanted.recipient_id, wantedSpan),
      ]);
      if (key.value !== asked) return;
      last.value = page.items;
      lines.value = linesOf(points);
      span.value = wantedSpan;
      state.value = "read";
    } catch (problem) {
      if (key.value === asked) state.value = problem instanceof HubProblem && problem.status === 403 ? "forbidden" : "failed";
    }
  }

  async function readPoints(recipient_id: string, within: Span): Promise<SeriesPoint[]> {
    const points: SeriesPoint[] = [];
    const from = new Date(within.from_ms).toISOString();
    const to = new Date(within.to_ms).toISOString();
    let cursor: string | null = null;
    do {
      const query = { from, to, resolution: "1m" as const, limit: PAGE_ROWS, cursor };
      const page: { items: unknown[]; next?: string | null } = await ask(
        hub.GET("/api/v1/recipients/{recipient_id}/readings", { params: { path: { recipient_id }, query } }),
      );
      points.push(...(page.items as SeriesPoint[]));
      cursor = page.next ?? null;
    } while (cursor !== null);
    return points;
  }

  watch(
    key,
    () => {
      last.value = [];
      lines.value = [];
      span.value = null;
      state.value = "reading";
      void read();
    },
    { immediate: true },
  );
  watch(
    () => clock.steady_ms,
    (now_ms) => {
      if (key.value !== null && opened.incident?.closed_at === null && now_ms - read_at_ms >= READ_EVERY_MS) void read();
    },
  );

  return { subject, last, lines, span, state, read };
});
