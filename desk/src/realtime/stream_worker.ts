/**
 * The SharedWorker: one EventSource for all tabs.
 *
 * Over HTTP/1.1 a browser allows six connections to a host; with a stream per tab the seventh request, which may be
 * the one that takes an incident, would hang.
 */
import { browserSurroundings, STREAM_URL } from "./browser_surroundings";
import { StreamHub, type PageMessage } from "./stream_hub";

const streamHub = new StreamHub(STREAM_URL, browserSurroundings());

globalThis.addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  if (port === undefined) return;
  port.addEventListener("message", (told: MessageEvent<PageMessage>) => streamHub.hear(port, told.data));
  port.start();
});
