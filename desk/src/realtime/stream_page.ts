/**
 * The page's end of the stream: through the SharedWorker, or directly where the browser has none.
 *
 * Order matters. A page joins first, then reads the list, then follows from the list's position: whatever happens in
 * between arrives through the port, and the page drops what the list already held.
 */
import { browserSurroundings, STREAM_URL } from "./browser_surroundings";
import { StreamHub, type PageMessage, type PagePort, type WorkerMessage } from "./stream_hub";

/** A page's connection to the stream. */
export interface StreamPage {
  tell(message: PageMessage): void;
}

export function connectStream(listen: (message: WorkerMessage) => void): StreamPage {
  const page: StreamPage = typeof SharedWorker === "undefined" ? connectDirectly(hear) : connectWorker(hear);
  /** The worker's question is answered here and at once: it asks whether this page runs, not what it shows. */
  function hear(message: WorkerMessage): void {
    if (message.type === "ask") page.tell({ type: "here" });
    listen(message);
  }
  globalThis.addEventListener("pagehide", () => page.tell({ type: "leave" }));
  // a page that comes back out of the browser's memory has left: it begins anew, before the gate
  globalThis.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  return page;
}

function connectWorker(listen: (message: WorkerMessage) => void): StreamPage {
  const worker = new SharedWorker(new URL("./stream_worker.ts", import.meta.url), { type: "module", name: "anxin-stream" });
  worker.port.addEventListener("message", (event: MessageEvent<WorkerMessage>) => listen(event.data));
  worker.port.start();
  return { tell: (message) => worker.port.postMessage(message) };
}

function connectDirectly(listen: (message: WorkerMessage) => void): StreamPage {
  const own: PagePort = { postMessage: listen };
  const streamHub = new StreamHub(STREAM_URL, browserSurroundings());
  return { tell: (message) => streamHub.hear(own, message) };
}
