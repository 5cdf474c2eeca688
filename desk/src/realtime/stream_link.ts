/**
 * The one connection to the hub's stream, and everything that keeps it honest.
 *
 * A browser's EventSource gives up for good on a 502 and does not notice a silent stall, so this class watches it:
 * closed for good -> opened again with back-off; no event for 12 s (the hub ticks every 5) -> closed and opened again
 * after the last position; positions that were seen already are dropped. It runs in the SharedWorker, or in the page
 * where there is none; it owns no timer of the browser but the one it is given.
 */

/** The hub sends a tick every 5 s; two missed ones and a little are silence. */
export const SILENCE_MS = 12_000;
const WATCH_EVERY_MS = 1_000;
const BACKOFF_MS = [300, 600, 1_200, 2_500, 5_000];
const CLOSED_FOR_GOOD = 2;

/** The part of EventSource that is used. */
export interface Source {
  readyState: number;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

/** What the link is built on; tests hand in their own. */
export interface LinkSurroundings {
  open(url: string): Source;
  now(): number;
  every(period_ms: number, action: () => void): () => void;
  tell(message: LinkMessage): void;
}

/** What the link tells the pages. */
export type LinkMessage =
  | { type: "event"; name: "incident" | "follow-up" | "maintenance"; position: number; body: string }
  | { type: "tick"; body: string }
  | { type: "blind"; body: string }
  | { type: "sighted"; body: string }
  | { type: "open" }
  | { type: "reset" }
  | { type: "lost" };

/** What the hub says of itself; it has no position. */
const WORD_NAMES = ["blind", "sighted"] as const;
const EVENT_NAMES = ["incident", "follow-up", "maintenance"] as const;

export class StreamLink {
  /** The last position that was seen, or null while no list has been read. */
  position: number | null = null;

  private source: Source | null = null;
  private heardAt = 0;
  private openAgainAt: number | null = null;
  private failures = 0;
  private stopWatching: (() => void) | null = null;

  constructor(
    private readonly url: string,
    private readonly surroundings: LinkSurroundings,
  ) {}

  /** Start after `position`; a link that runs already keeps its own, which is never behind. */
  follow(position: number): void {
    if (this.position !== null) return;
    this.position = position;
    this.open();
    this.stopWatching ??= this.surroundings.every(WATCH_EVERY_MS, () => this.watch());
  }

  /** Close, forget the position, and wait for the next `follow`. */
  stop(): void {
    this.stopWatching?.();
    this.stopWatching = null;
    this.closeSource();
    this.position = null;
    this.openAgainAt = null;
    this.failures = 0;
  }

  private open(): void {
    this.closeSource();
    this.openAgainAt = null;
    this.heardAt = this.surroundings.now();
    const source = this.surroundings.open(`${this.url}?after=${this.position ?? 0}`);
    this.source = source;
    const ifCurrent = (action: (event: MessageEvent<string>) => void) => (event: MessageEvent<string>) => {
      if (this.source === source) action(event);
    };
    source.addEventListener("open", ifCurrent(() => this.greet()));
    source.addEventListener("error", ifCurrent(() => this.fail()));
    source.addEventListener("tick", ifCurrent((event) => this.tick(event)));
    source.addEventListener("reset", ifCurrent(() => this.reset()));
    for (const name of WORD_NAMES) source.addEventListener(name, ifCurrent((event) => this.passWord(name, event)));
    for (const name of EVENT_NAMES) source.addEventListener(name, ifCurrent((event) => this.pass(name, event)));
  }

  private hear(): void {
    this.heardAt = this.surroundings.now();
    this.failures = 0;
  }

  private greet(): void {
    this.hear();
    this.surroundings.tell({ type: "open" });
  }

  /** A tick carries the position up to which everything was sent. */
  private tick(event: MessageEvent<string>): void {
    this.hear();
    const position = Number.parseInt(event.lastEventId, 10);
    if (this.position !== null && position > this.position) this.position = position;
    this.surroundings.tell({ type: "tick", body: event.data });
  }

  private pass(name: (typeof EVENT_NAMES)[number], event: MessageEvent<string>): void {
    this.hear();
    const position = Number(event.lastEventId);
    if (!Number.isFinite(position) || (this.position !== null && position <= this.position)) return;
    this.position = position;
    this.surroundings.tell({ type: "event", name, position, body: event.data });
  }

  private passWord(type: (typeof WORD_NAMES)[number], event: MessageEvent<string>): void {
    this.hear();
    this.surroundings.tell({ type, body: event.data });
  }

  /** The hub no longer holds our position: the pages must read the list again. */
  private reset(): void {
    this.stop();
    this.surroundings.tell({ type: "reset" });
  }

  private fail(): void {
    this.surroundings.tell({ type: "lost" });
    if (this.source?.readyState === CLOSED_FOR_GOOD) this.openLater();
  }

  private openLater(): void {
    const wait_ms = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] ?? 0;
    this.failures += 1;
    this.closeSource();
    this.openAgainAt = this.surroundings.now() + wait_ms;
  }

  private watch(): void {
    const now = this.surroundings.now();
    if (this.openAgainAt !== null) {
      if (now >= this.openAgainAt) this.open();
    } else if (now - this.heardAt >= SILENCE_MS) {
      this.surroundings.tell({ type: "lost" });
      this.open();
    }
  }

  private closeSource(): void {
    this.source?.close();
    this.source = null;
  }
}
