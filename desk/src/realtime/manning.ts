/**
 * Says to the hub, for all tabs of a browser together, that somebody sits at this desk, or has stepped away.
 *
 * Ten tabs are one desk. What is not said for 30 s counts as nobody: so nothing is said for tabs that stand before the
 * gate, and nothing for tabs that are gone.
 */

/** Three of these may be lost before the hub passes the desk over. */
export const BEAT_EVERY_MS = 8_000;
/** A tab that answers nothing for so long is no desk; a long rendering is no reason to call the leader. */
export const GONE_AFTER_MS = 10_000;

export type DeskState = "present" | "away";

/** What the hub answers: who else sits at a desk that sees the same. */
export interface SaidPresence {
  others_present: number;
}

/** How it stands with the desk, for its tabs. */
export interface DeskStanding {
  away_since_ms: number | null;
  /** Null: not said yet, or the hub did not answer. */
  others_present: number | null;
}

export class Manning<Page> {
  private readonly onDuty = new Map<Page, string>();
  private awaySince_ms: number | null = null;
  private othersPresent: number | null = null;
  private saidAt = Number.NEGATIVE_INFINITY;
  private speaking = false;
  private unsaid = false;

  constructor(
    private readonly now: () => number,
    private readonly say: (deskId: string, state: DeskState) => Promise<SaidPresence>,
    private readonly isThere: (page: Page, within_ms: number) => boolean,
    private readonly tellAll: (standing: DeskStanding) => void,
  ) {}

  get standing(): DeskStanding {
    return { away_since_ms: this.awaySince_ms, others_present: this.othersPresent };
  }

  begin(page: Page, deskId: string): void {
    this.onDuty.set(page, deskId);
    void this.speak();
  }

  /** A tab is gone; whoever was away still is. */
  drop(page: Page): void {
    this.onDuty.delete(page);
  }

  /** The shift has ended on this tab. */
  end(page: Page): void {
    this.drop(page);
    if (this.onDuty.size > 0) return;
    this.awaySince_ms = null;
    this.othersPresent = null;
  }

  stepAway(since_ms: number): void {
    this.awaySince_ms = since_ms;
    void this.speak();
  }

  comeBack(): void {
    this.awaySince_ms = null;
    void this.speak();
  }

  /** Say it again when it is time. */
  beat(): void {
    if (this.now() - this.saidAt >= BEAT_EVERY_MS) void this.speak();
  }

  /** One word at a time, so that the last one said is the last one heard. */
  private async speak(): Promise<void> {
    this.unsaid = true;
    if (this.speaking) return;
    this.speaking = true;
    while (this.unsaid) {
      this.unsaid = false;
      await this.sayOnce();
    }
    this.speaking = false;
    this.tellAll(this.standing);
  }

  private async sayOnce(): Promise<void> {
    const deskId = [...this.onDuty].find(([page]) => this.isThere(page, GONE_AFTER_MS))?.[1];
    if (deskId === undefined) return;
    this.saidAt = this.now();
    try {
      this.othersPresent = (await this.say(deskId, this.awaySince_ms === null ? "present" : "away")).others_present;
    } catch {
      this.othersPresent = null;
    }
  }
}
