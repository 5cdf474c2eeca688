/** The browser's own EventSource, clock, timer and requests, for the page and for the worker alike. */
import type { SaidPresence } from "./manning";
import type { HubSurroundings } from "./stream_hub";

export const STREAM_URL = "/api/v1/stream";
/** Shorter than the pause between two beats. */
const SAY_TIMEOUT_MS = 6_000;

export function browserSurroundings(): HubSurroundings {
  return {
    open: (url) => new EventSource(url),
    now: () => performance.now(),
    every: (period_ms, action) => {
      const timer = setInterval(action, period_ms);
      return () => clearInterval(timer);
    },
    say: async (desk_id, state) => {
      const answer = await fetch("/api/v1/presence", {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-Anxin-Desk": "1" },
        body: JSON.stringify({ desk_id, state }),
        signal: AbortSignal.timeout(SAY_TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`presence refused: ${answer.status}`);
      return (await answer.json()) as SaidPresence;
    },
  };
}
