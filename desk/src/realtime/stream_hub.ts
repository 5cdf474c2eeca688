/**
 * What the SharedWorker does between its pages and the one link; the worker's file only wires it to ports.
 *
 * Pages of one browser share one session, so they share one link. When a page says that somebody else logged in, the
 * link starts anew: what it may see has changed.
 */
import { StreamLink, type LinkMessage, type LinkSurroundings } from "./stream_link";

/** What a page tells the worker. */
export type PageMessage =
  | { type: "join"; operatorId: string }
  | { type: "follow"; after: number }
  | { type: "leave" };

/** The page's end of a port. */
export interface PagePort {
  postMessage(message: LinkMessage): void;
}

export class StreamHub {
  private readonly pages = new Set<PagePort>();
  private readonly link: StreamLink;
  private operatorId: string | null = null;

  constructor(url: string, surroundings: Omit<LinkSurroundings, "tell">) {
    this.link = new StreamLink(url, { ...surroundings, tell: (message) => this.broadcast(message) });
  }

  hear(page: PagePort, message: PageMessage): void {
    switch (message.type) {
      case "join":
        this.join(page, message.operatorId);
        break;
      case "follow":
        if (this.pages.has(page)) this.link.follow(message.after);
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
  }

  private leave(page: PagePort): void {
    this.pages.delete(page);
    if (this.pages.size === 0) this.link.stop();
  }

  private broadcast(message: LinkMessage): void {
    for (const page of this.pages) page.postMessage(message);
  }
}
