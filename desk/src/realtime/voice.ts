/**
 * Which tab of a browser sounds: one of them, never none while one can.
 *
 * Every tab is asked twice a second whether it is there; one that was closed says so itself, one that crashed or hangs
 * falls silent, and within 2 s another has the voice. Among those that may sound it is kept by whoever has it.
 */
export const ASK_EVERY_MS = 500;
/** Two questions without an answer. */
export const SILENT_AFTER_MS = 1_200;

interface Tab {
  heardAt: number;
  audible: boolean;
}

export class Voice<Page> {
  private readonly tabs = new Map<Page, Tab>();
  private holder: Page | null = null;

  constructor(
    private readonly now: () => number,
    private readonly tell: (page: Page, yours: boolean) => void,
  ) {}

  join(page: Page): void {
    this.tabs.set(page, { heardAt: this.now(), audible: this.tabs.get(page)?.audible ?? false });
    this.choose();
    this.tell(page, this.holder === page);
  }

  leave(page: Page): void {
    this.tabs.delete(page);
    if (this.holder === page) this.holder = null;
    this.choose();
  }

  /** The tab is there. */
  hear(page: Page): void {
    const tab = this.tabs.get(page);
    if (tab !== undefined) tab.heardAt = this.now();
  }

  /** Whether this tab would be heard if it sounded: it is on duty, and the browser lets it. */
  setAudible(page: Page, audible: boolean): void {
    const tab = this.tabs.get(page);
    if (tab === undefined) return;
    tab.audible = audible;
    this.choose();
  }

  isThere(page: Page, within_ms = SILENT_AFTER_MS): boolean {
    const tab = this.tabs.get(page);
    return tab !== undefined && this.now() - tab.heardAt <= within_ms;
  }

  /** Give the voice to whoever should have it; the latest tab is the likeliest to be looked at. */
  choose(): void {
    const there = [...this.tabs.keys()].filter((page) => this.isThere(page)).reverse();
    const able = there.filter((page) => this.tabs.get(page)?.audible === true);
    const chosen = this.holder !== null && able.includes(this.holder) ? this.holder : (able[0] ?? there[0] ?? null);
    if (chosen === this.holder) return;
    const before = this.holder;
    this.holder = chosen;
    if (chosen !== null) this.tell(chosen, true);
    if (before !== null && this.tabs.has(before)) this.tell(before, false);
  }
}
