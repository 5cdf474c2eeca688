/**
 * The page's end of the stream: through the SharedWorker, or directly where the browser has none.
 *
 * Order matters. A page joins first, then reads the list, then follows from the list's position: whatever happens in
 * between arrives through the port, and the page drops what the list already held.
 */
import { browserSurroundings, STREAM_URL } from "./browser_surroundings";
import { StreamHub, type PageMessage, type PagePort } from "./stream_hub";
import type { LinkMessage } from "./stream_link";

/** A page's connection to the stream. */
export interface StreamPage {
  tell(message: PageMessage): void;
}

export function connectStream(listen: (message: LinkMessage) => void): StreamPage {
  const page = typeof SharedWorker === "undefined" ? connectDirectly(listen) : connectWorker(listen);
  globalThis.addEventListener("pagehide", () => page.tell({ type: "leave" }));
  return page;
}

function connectWorker(listen: (message: LinkMessage) => void): StreamPage {
  const worker = new SharedWorker(new URL("./stream_worker.ts", import.meta.url), { type: "module", name: "anxin-stream" });
  worker.port.addEventListener("message", (event: MessageEvent<LinkMessage>) => listen(event.data));
  worker.port.start();
  return { tell: (message) => worker.port.postMessage(message) };
}

function connectDirectly(listen: (message: LinkMessage) => void): StreamPage {
  const own: PagePort = { postMessage: listen };
  const streamHub = new StreamHub(STREAM_URL, browserSurroundings(() => undefined));
  return { tell: (message) => streamHub.hear(own, message) };
}
