/**
 * Many events of one moment as one change of the page.
 *
 * The first is handed on at once: a single press waits for nothing. What follows within the same frame waits for the next
 * one, so that three hundred presses are drawn a few times and not three hundred times. A hidden page has no frames, and
 * must sound all the same: there a timer takes their place.
 */
import { FRAME_MS, inNextFrame } from "./frames";

/** What the batches are built on; tests hand in their own. */
export interface FrameSurroundings {
  now(): number;
  inNextFrame(action: () => void): void;
}

export class FrameBatches<One> {
  private waiting: One[] = [];
  private handedAt = -Infinity;
  private scheduled = false;

  constructor(
    private readonly hand: (batch: readonly One[]) => void,
    private readonly surroundings: FrameSurroundings = browserFrames,
  ) {}

  add(one: One): void {
    this.waiting.push(one);
    if (this.scheduled) return;
    if (this.surroundings.now() - this.handedAt >= FRAME_MS) this.handOn();
    else {
      this.scheduled = true;
      this.surroundings.inNextFrame(() => {
        this.scheduled = false;
        this.handOn();
      });
    }
  }

  private handOn(): void {
    const batch = this.waiting;
    this.waiting = [];
    this.handedAt = this.surroundings.now();
    this.hand(batch);
  }
}

const browserFrames: FrameSurroundings = { now: () => performance.now(), inNextFrame };
