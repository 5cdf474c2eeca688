/**
 * The hub's time on this screen, one step a second.
 *
 * Ages and deadlines are reckoned in the hub's time: the clock of a desk computer may be wrong by minutes, and then
 * every countdown would lie. Between two words of the hub the browser's monotonic clock carries it on.
 */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

const MINUTE_MS = 60_000;

export const useClock = defineStore("clock", () => {
  /** Milliseconds since the page was opened; no change of the computer's clock moves it. */
  const steady_ms = ref(performance.now());
  const offset_ms = ref(Date.now() - performance.now());
  const now_ms = computed(() => steady_ms.value + offset_ms.value);
  /** The minute that has begun: for whatever changes with the day or the minute, and need not be drawn every second. */
  const minute_ms = computed(() => Math.floor(now_ms.value / MINUTE_MS) * MINUTE_MS);
  let timer: ReturnType<typeof setInterval> | undefined;

  function start(): void {
    timer ??= setInterval(step, 1000);
  }

  function step(): void {
    steady_ms.value = performance.now();
  }

  /** The hub said what time it is. */
  function learn(serverTime: string): void {
    const told_ms = Date.parse(serverTime);
    if (Number.isNaN(told_ms)) return;
    step();
    offset_ms.value = told_ms - steady_ms.value;
  }

  return { now_ms, minute_ms, steady_ms, start, step, learn };
});
