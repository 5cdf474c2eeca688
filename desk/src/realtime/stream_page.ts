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

/** The worker asks twice a second; so long without a question, and it has died with the tab that it lived in. */
export const WORKER_SILENT_MS = 5_000;
const LOOK_EVERY_MS = 2_000;

/** What a page is told: the worker's words, and that there is another worker, which knows nothing of this page yet. */
export type PageWord = WorkerMessage | { type: "worker_gone" };

export function connectStream(listen: (message: PageWord) => void): StreamPage {
  if (typeof SharedWorker === "undefined") return announceLeaving(connectDirectly(listen));
  let heardAt = performance.now();
  let joined = false;
  let line = connectWorker(hear);

  /** The worker's question is answered here and at once: it asks whether this page runs, not what it shows. */
  function hear(message: WorkerMessage): void {
    heardAt = performance.now();
    if (message.type === "ask") line.tell({ type: "here" });
    listen(message);
  }
  setInterval(() => {
    if (!joined || performance.now() - heardAt < WORKER_SILENT_MS) return;
    heardAt = performance.now();
    line.tell({ type: "leave" }); // should it live after all, it must not count this page twice
    line = connectWorker(hear);
    listen({ type: "worker_gone" });
  }, LOOK_EVERY_MS);
  return announceLeaving({
    tell: (message) => {
      if (message.type === "join") [joined, heardAt] = [true, performance.now()];
      if (message.type === "leave") joined = false;
      line.tell(message);
    },
  });
}

function announceLeaving(page: StreamPage): StreamPage {
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
