/**
 * What the SharedWorker does between its pages and the one link; the worker's file only wires it to ports.
 *
 * Pages of one browser share one session, so they share one link, one voice and one presence at the desk. When a page
 * says that somebody else logged in, the link starts anew: what it may see has changed.
 */
import { Manning, type DeskStanding, type DeskState, type SaidPresence } from "./manning";
import { StreamLink, type LinkMessage, type LinkSurroundings } from "./stream_link";
import { ASK_EVERY_MS, Voice } from "./voice";

/** What a page tells the worker. */
export type PageMessage =
  | { type: "join"; operatorId: string }
  | { type: "follow"; after: number }
  | { type: "here" }
  | { type: "audible"; audible: boolean }
  | { type: "duty"; deskId: string | null }
  | { type: "away"; since_ms: number }
  | { type: "back" }
  | { type: "leave" };

/** What the worker says of itself. */
export type WorkerWord = { type: "ask" } | { type: "voice"; yours: boolean } | ({ type: "standing" } & DeskStanding);
export type WorkerMessage = LinkMessage | WorkerWord;

/** The page's end of a port. */
export interface PagePort {
  postMessage(message: WorkerMessage): void;
}

/** What the pages' hub is built on: the link's, and how the desk's presence is said. */
export interface HubSurroundings extends Omit<LinkSurroundings, "tell"> {
  say(deskId: string, state: DeskState): Promise<SaidPresence>;
}

export class StreamHub {
  private readonly pages = new Set<PagePort>();
  private readonly link: StreamLink;
  private readonly voice: Voice<PagePort>;
  private readonly manning: Manning<PagePort>;
  private operatorId: string | null = null;
  private stopAsking: (() => void) | null = null;

  constructor(
    url: string,
    private readonly surroundings: HubSurroundings,
  ) {
    this.link = new StreamLink(url, { ...surroundings, tell: (message) => this.broadcast(message) });
    this.voice = new Voice(surroundings.now, (page, yours) => page.postMessage({ type: "voice", yours }));
    this.manning = new Manning(
      surroundings.now,
      surroundings.say,
      (page, within_ms) => this.voice.isThere(page, within_ms),
      (standing) => this.broadcast({ type: "standing", ...standing }),
    );
  }

  hear(page: PagePort, message: PageMessage): void {
    this.voice.hear(page);
    switch (message.type) {
      case "join":
        this.join(page, message.operatorId);
        break;
      case "follow":
        if (this.pages.has(page)) this.link.follow(message.after);
        break;
      case "here":
        break;
      case "audible":
        this.voice.setAudible(page, message.audible);
        break;
      case "duty":
        if (message.deskId === null) this.manning.end(page);
        else if (this.pages.has(page)) this.manning.begin(page, message.deskId);
        break;
      case "away":
        this.manning.stepAway(message.since_ms);
        break;
      case "back":
        this.manning.comeBack();
        break;
      case "leave":
        this.leave(page);
        break;
      default:
        message satisfies never;
    }
  }

  private join(page: PagePort, operatorId: string): void {
    if (this.operatorId !== operatorId) this.link.stop();
    this.operatorId = operatorId;
    this.pages.add(page);
    this.voice.join(page);
    page.postMessage({ type: "standing", ...this.manning.standing });
    this.stopAsking ??= this.surroundings.every(ASK_EVERY_MS, () => this.ask());
  }

  private leave(page: PagePort): void {
    this.pages.delete(page);
    this.manning.drop(page);
    this.voice.leave(page);
    if (this.pages.size > 0) return;
    this.link.stop();
    this.stopAsking?.();
    this.stopAsking = null;
  }

  /** First those that have not answered lose the voice, then all are asked again. */
  private ask(): void {
    this.voice.choose();
    this.manning.beat();
    this.broadcast({ type: "ask" });
  }

  private broadcast(message: WorkerMessage): void {
    for (const page of this.pages) page.postMessage(message);
  }
}
