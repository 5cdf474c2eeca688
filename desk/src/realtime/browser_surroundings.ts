/** The browser's own EventSource, clock and timer, for the page and for the worker alike. */
import type { LinkMessage, LinkSurroundings } from "./stream_link";

export const STREAM_URL = "/api/v1/stream";

export function browserSurroundings(tell: (message: LinkMessage) => void): LinkSurroundings {
  return {
    open: (url) => new EventSource(url),
    now: () => performance.now(),
    every: (period_ms, action) => {
      const timer = setInterval(action, period_ms);
      return () => clearInterval(timer);
    },
    tell,
  };
}
