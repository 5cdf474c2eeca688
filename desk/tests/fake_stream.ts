/** An EventSource and a clock that the test moves. */
import type { DeskState, SaidPresence } from "@/realtime/manning";
import type { HubSurroundings } from "@/realtime/stream_hub";
import type { LinkMessage, LinkSurroundings, Source } from "@/realtime/stream_link";

export class FakeSource implements Source {
  readyState = 1;
  closed = false;
  private readonly listeners = new Map<string, ((event: MessageEvent<string>) => void)[]>();

  constructor(readonly url: string) {}

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }
  close(): void {
    this.closed = true;
  }
  send(type: string, position = "", body = "{}"): void {
    const event = { data: body, lastEventId: position } as MessageEvent<string>;
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }
  giveUp(): void {
    this.readyState = 2;
    this.send("error");
  }
}

export class FakeSurroundings implements LinkSurroundings, HubSurroundings {
  /** What was said of the desk, and whether the hub answers. */
  said: [string, DeskState][] = [];
  othersPresent: number | null = 0;
  now_ms = 0;
  sources: FakeSource[] = [];
  told: LinkMessage[] = [];
  private readonly actions = new Set<() => void>();

  open = (url: string): FakeSource => {
    const source = new FakeSource(url);
    this.sources.push(source);
    return source;
  };
  now = (): number => this.now_ms;
  every = (_period_ms: number, action: () => void): (() => void) => {
    this.actions.add(action);
    return () => this.actions.delete(action);
  };
  tell = (message: LinkMessage): void => {
    this.told.push(message);
  };

  /** While it is false, nothing is answered until `answer` is called. */
  answering = true;
  private readonly owed: (() => void)[] = [];

  say = async (deskId: string, state: DeskState): Promise<SaidPresence> => {
    this.said.push([deskId, state]);
    if (!this.answering) await new Promise<void>((resolve) => this.owed.push(resolve));
    if (this.othersPresent === null) throw new Error("no answer");
    return { others_present: this.othersPresent };
  };

  answer(): void {
    this.answering = true;
    for (const resolve of this.owed.splice(0)) resolve();
  }

  /** Let time pass in steps of a second, as the watch does. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now_ms += 1000;
      for (const action of [...this.actions]) action();
    }
  }
  get source(): FakeSource {
    const last = this.sources.at(-1);
    if (last === undefined) throw new Error("nothing was opened");
    return last;
  }
  types(): string[] {
    return this.told.map((message) => message.type);
  }
}
