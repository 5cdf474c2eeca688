/**
 * Whether the desk hears the hub, and what it hears.
 *
 * The truth is this page's own: the moment at which it last heard anything. A lost connection that is reported shows
 * at once; a silent one after 12 s.
 */
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";

import { onRefusal } from "@/api/client";
import type { Incident } from "@/api/shapes";
import { FrameBatches } from "@/realtime/frame_batches";
import type { PageMessage, WorkerWord } from "@/realtime/stream_hub";
import { SILENCE_MS } from "@/realtime/stream_link";
import { connectStream, type PageWord, type StreamPage } from "@/realtime/stream_page";

import { useClock } from "./clock";
import { useIncidents } from "./incidents";
import { useLedgers } from "./ledgers";
import { useSession } from "./session";
import { useSight } from "./sight";

/** A stream that is refused for an ended session looks like a lost link; asked this often, the hub tells the difference. */
const ASK_AFTER_MS = 15_000;
/** A reading of the list that failed is tried again after this long. */
const RELOAD_AFTER_MS = 3_000;

export const useLink = defineStore("link", () => {
  const clock = useClock();
  const incidents = useIncidents();
  const ledgers = useLedgers();
  const session = useSession();
  const sight = useSight();

  const heardAt_ms = ref<number | null>(null);
  const reportedLost = ref(false);
  const silence_ms = computed(() => (heardAt_ms.value === null ? 0 : Math.max(0, clock.steady_ms - heardAt_ms.value)));
  const live = computed(() => heardAt_ms.value !== null && !reportedLost.value && silence_ms.value < SILENCE_MS);
  /** How long the desk has been deaf; 0 while it hears. */
  const downFor_ms = computed(() => (live.value ? 0 : silence_ms.value));
  /** Counts what the stream brought, for whoever wants to look again. */
  const ticks = ref(0);
  let page: StreamPage | null = null;
  const beforeJoinListeners = new Set<() => void>();
  const joinListeners = new Set<() => void>();
  const wordListeners = new Set<(word: WorkerWord) => void>();
  const batches = new FrameBatches<{ position: number; incident: Incident }>((batch) => {
    for (const { position, incident } of batch) incidents.apply(position, incident);
  });

  onRefusal((problem) => {
    if (problem.status === 0) reportedLost.value = true;
  });

  watch(
    () => Math.floor(downFor_ms.value / ASK_AFTER_MS),
    (now, before) => {
      if (now > before && session.me !== null) void session.recognise();
    },
  );

  /** Join the stream, read the list, follow from there. */
  async function start(operatorId: string): Promise<void> {
    page ??= connectStream(listen);
    heardAt_ms.value ??= performance.now();
    for (const joining of beforeJoinListeners) joining();
    page.tell({ type: "join", operatorId });
    for (const joined of joinListeners) joined();
    await readAndFollow();
  }

  function stop(): void {
    page?.tell({ type: "leave" });
    heardAt_ms.value = null;
  }

  /** Say what another worker must know before it answers this page. */
  function onBeforeJoin(listener: () => void): void {
    beforeJoinListeners.add(listener);
  }

  /** Be told whenever this page joins the others of its browser. */
  function onJoin(listener: () => void): void {
    joinListeners.add(listener);
  }

  /** Be told what the worker says of the browser's tabs. */
  function onWord(listener: (word: WorkerWord) => void): void {
    wordListeners.add(listener);
  }

  function tell(message: PageMessage): void {
    page?.tell(message);
  }

  async function readAndFollow(): Promise<void> {
    try {
      page?.tell({ type: "follow", after: await incidents.load() });
    } catch {
      reportedLost.value = true;
      setTimeout(() => {
        if (session.me !== null) void readAndFollow();
      }, RELOAD_AFTER_MS);
    }
  }

  function listen(message: PageWord): void {
    switch (message.type) {
      case "event":
        hear();
        if (message.name === "incident") batches.add({ position: message.position, incident: JSON.parse(message.body) as Incident });
        else ledgers.markStale(message.name);
        break;
      case "tick":
        hear();
        learnTime(message.body);
        sight.learnTick(message.body);
        ticks.value += 1;
        break;
      case "blind":
        hear();
        sight.learnBlind(message.body);
        break;
      case "sighted":
        hear();
        sight.learnSighted(message.body);
        break;
      case "open":
        hear();
        break;
      case "reset":
        void session.recognise().then(readAndFollow);
        break;
      case "lost":
        reportedLost.value = true;
        break;
      case "worker_gone":
        if (session.me !== null && heardAt_ms.value !== null) void start(session.me.id);
        break;
      case "ask":
      case "voice":
      case "standing":
        for (const told of wordListeners) told(message);
        break;
      default:
        message satisfies never;
    }
  }

  function hear(): void {
    heardAt_ms.value = performance.now();
    reportedLost.value = false;
  }

  function learnTime(body: string): void {
    try {
      const told = JSON.parse(body) as { server_time?: string; at?: string };
      const serverTime = told.server_time ?? told.at;
      if (serverTime !== undefined) clock.learn(serverTime);
    } catch {
      // A tick without a time still proves that the hub is there, which is what ticks are for.
    }
  }

  return { live, downFor_ms, heardAt_ms, ticks, start, stop, tell, onBeforeJoin, onJoin, onWord };
});
