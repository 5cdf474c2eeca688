/**
 * The wall's figures, asked for again and again: a screen on the wall runs for months and nobody presses a key.
 *
 * It does not follow the stream, whose incidents carry names: what is never sent to the wall cannot be read off it.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { Wall } from "@/api/shapes";
import { STALE_AFTER_MS } from "@/map/wall_figures";

import { useClock } from "./clock";

const ASK_EVERY_MS = 5_000;

export const useWall = defineStore("wall", () => {
  const clock = useClock();
  const wall = shallowRef<Wall | null>(null);
  /** The last answer, by this page's own clock. */
  const heardAt_ms = ref<number | null>(null);
  const begunAt_ms = ref(0);
  /** Why the last question had no answer; null while they have. */
  const refusal = ref<"unreachable" | "blind" | "refused" | null>(null);
  const silence_ms = computed(() => Math.max(0, clock.steady_ms - (heardAt_ms.value ?? begunAt_ms.value)));
  /** What is shown is not of now. */
  const stale = computed(() => silence_ms.value >= STALE_AFTER_MS);
  let timer: ReturnType<typeof setInterval> | undefined;
  let asking = false;

  async function read(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      const told = await ask(hub.GET("/api/v1/wall"));
      wall.value = told;
      clock.learn(told.as_of);
      heardAt_ms.value = performance.now();
      refusal.value = null;
    } catch (problem) {
      const status = problem instanceof HubProblem ? problem.status : 0;
      refusal.value = status === 503 ? "blind" : status === 0 ? "unreachable" : "refused";
    } finally {
      asking = false;
    }
  }

  function start(): void {
    begunAt_ms.value = performance.now();
    void read();
    timer ??= setInterval(() => void read(), ASK_EVERY_MS);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    wall.value = null;
    heardAt_ms.value = null;
  }

  return { wall, stale, silence_ms, refusal, start, stop, read };
});
