/** What was last measured on the person whose file is open, and their last day as lines; each reading is a look on record. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { Page, SeriesPoint, Vital } from "@/api/shapes";
import { linesOf, type Span, type TrendLine } from "@/incident/trend";

import { useClock } from "./clock";

const SPAN_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const PAGE_ROWS = 1000;

export const useRecipientVitals = defineStore("recipient-vitals", () => {
  const clock = useClock();
  const last = shallowRef<Vital[]>([]);
  const lines = shallowRef<TrendLine[]>([]);
  const span = shallowRef<Span | null>(null);
  const state = ref<"reading" | "read" | "failed" | "forbidden">("reading");
  let wanted: string | null = null;

  async function read(recipient_id: string): Promise<void> {
    if (wanted !== recipient_id) {
      last.value = [];
      lines.value = [];
      span.value = null;
    }
    wanted = recipient_id;
    state.value = "reading";
    const to_ms = Math.ceil(clock.now_ms / MINUTE_MS) * MINUTE_MS;
    const within: Span = { from_ms: to_ms - SPAN_MS, to_ms, event_ms: null };
    try {
      const [page, points] = await Promise.all([
        ask(hub.GET("/api/v1/recipients/{recipient_id}/vitals", { params: { path: { recipient_id } } })),
        readPoints(recipient_id, within),
      ]);
      if (wanted !== recipient_id) return;
      last.value = page.items;
      lines.value = linesOf(points);
      span.value = within;
      state.value = "read";
    } catch (problem) {
      if (wanted === recipient_id) state.value = problem instanceof HubProblem && problem.status === 403 ? "forbidden" : "failed";
    }
  }

  return { last, lines, span, state, read };
});

async function readPoints(recipient_id: string, within: Span): Promise<SeriesPoint[]> {
  const points: SeriesPoint[] = [];
  const from = new Date(within.from_ms).toISOString();
  const to = new Date(within.to_ms).toISOString();
  let cursor: string | null = null;
  do {
    const query = { from, to, resolution: "1m" as const, limit: PAGE_ROWS, cursor };
    const page: Page<unknown> = await ask(
      hub.GET("/api/v1/recipients/{recipient_id}/readings", { params: { path: { recipient_id }, query } }),
    );
    points.push(...(page.items as SeriesPoint[]));
    cursor = page.next ?? null;
  } while (cursor !== null);
  return points;
}
