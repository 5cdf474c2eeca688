/** The worker's hub of pages: one link, one voice, one presence for all tabs of a browser. */
import { beforeEach, describe, expect, it } from "vitest";

import { StreamHub, type WorkerMessage } from "@/realtime/stream_hub";

import { FakeSurroundings } from "./fake_stream";

let around: FakeSurroundings;
let streamHub: StreamHub;

beforeEach(() => {
  around = new FakeSurroundings();
  streamHub = new StreamHub("/stream", around);
});

/** A tab; one that hangs answers nothing. */
class FakePage {
  told: WorkerMessage[] = [];
  hangs = false;
  postMessage(message: WorkerMessage): void {
    this.told.push(message);
    if (message.type === "ask" && !this.hangs) streamHub.hear(this, { type: "here" });
  }
  get events(): number {
    return this.told.filter((message) => message.type === "event").length;
  }
  get voice(): boolean | undefined {
    return this.told.flatMap((message) => (message.type === "voice" ? [message.yours] : [])).at(-1);
  }
  get awaySince_ms(): number | null | undefined {
    return this.told.flatMap((message) => (message.type === "standing" ? [message.away_since_ms] : [])).at(-1);
  }
}

function join(operatorId = "zhang", { audible = true, deskId = "desk-1" as string | null } = {}): FakePage {
  const page = new FakePage();
  streamHub.hear(page, { type: "join", operatorId });
  streamHub.hear(page, { type: "audible", audible });
  streamHub.hear(page, { type: "duty", deskId });
  return page;
}

/** What was said has been answered. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("the pages of one browser", () => {
  it("share one connection and all hear it", () => {
    const pages = [join(), join(), join()];
    for (const page of pages) streamHub.hear(page, { type: "follow", after: 5 });
    around.source.send("incident", "6");
    expect(around.sources.length).toBe(1);
    expect(pages.map((page) => page.events)).toEqual([1, 1, 1]);
  });

  it("start anew when somebody else logs in: what they may see has changed", () => {
    const page = join();
    streamHub.hear(page, { type: "follow", after: 5 });
    streamHub.hear(page, { type: "join", operatorId: "wu" });
    expect(around.source.closed).toBe(true);
    streamHub.hear(page, { type: "follow", after: 3 });
    expect(around.source.url).toBe("/stream?after=3");
  });

  it("close it when the last one leaves", () => {
    const [stays, leaves] = [join(), join()];
    streamHub.hear(stays, { type: "follow", after: 5 });
    streamHub.hear(leaves, { type: "leave" });
    expect(around.source.closed).toBe(false);
    streamHub.hear(stays, { type: "leave" });
    expect(around.source.closed).toBe(true);
  });
});

describe("the voice", () => {
  const voices = (pages: FakePage[]) => pages.map((page) => page.voice);

  it("is one tab's, and stays there when others come", () => {
    const pages = [join(), join(), join()];
    expect(voices(pages)).toEqual([true, false, false]);
    around.pass(5);
    expect(voices(pages)).toEqual([true, false, false]);
  });

  it("goes to another at once when its tab is closed", () => {
    const [first, ...others] = [join(), join(), join()] as [FakePage, ...FakePage[]];
    streamHub.hear(first, { type: "leave" });
    expect(voices(others)).toEqual([false, true]);
  });

  it("goes to another within 2 seconds when its tab crashes", () => {
    const pages = [join(), join()] as [FakePage, FakePage];
    pages[0].hangs = true;
    around.pass(2);
    expect(voices(pages)).toEqual([false, true]);
  });

  it("is a tab's that would be heard before one the browser keeps silent", () => {
    const pages = [join("zhang", { audible: false }), join()] as [FakePage, FakePage];
    expect(voices(pages)).toEqual([false, true]);
    streamHub.hear(pages[1], { type: "audible", audible: false });
    streamHub.hear(pages[0], { type: "audible", audible: true });
    expect(voices(pages)).toEqual([true, false]);
  });
});

describe("the presence", () => {
  it("is said once for all tabs, at once and then every 8 seconds", async () => {
    join();
    expect(around.said).toEqual([["desk-1", "present"]]);
    join();
    join();
    await settled();
    around.said.length = 0;
    for (let beat = 0; beat < 3; beat += 1) {
      around.pass(8);
      await settled();
    }
    expect(around.said).toEqual([["desk-1", "present"], ["desk-1", "present"], ["desk-1", "present"]]);
  });

  it("is not said by a tab before the gate", () => {
    join("zhang", { deskId: null });
    around.pass(60);
    expect(around.said).toEqual([]);
  });

  it("is not said for tabs that are gone, nor after the end of the shift", async () => {
    const [crashed, ended] = [join(), join()] as [FakePage, FakePage];
    await settled();
    streamHub.hear(ended, { type: "duty", deskId: null });
    crashed.hangs = true;
    around.pass(12);
    await settled();
    around.said.length = 0;
    around.pass(30);
    await settled();
    expect(around.said).toEqual([]);
  });

  it("says away at once when one tab steps away, and all tabs know since when", async () => {
    const pages = [join(), join()] as [FakePage, FakePage];
    await settled();
    around.said.length = 0;
    streamHub.hear(pages[0], { type: "away", since_ms: 1234 });
    expect(around.said).toEqual([["desk-1", "away"]]);
    await settled();
    expect(pages.map((page) => page.awaySince_ms)).toEqual([1234, 1234]);
    expect(join().awaySince_ms).toBe(1234);
    streamHub.hear(pages[1], { type: "back" });
    await settled();
    expect(around.said.at(-1)).toEqual(["desk-1", "present"]);
  });

  it("stays away when all tabs begin anew and say that they were: a computer that slept", async () => {
    const page = join();
    streamHub.hear(page, { type: "away", since_ms: 1234 });
    await settled();
    streamHub.hear(page, { type: "leave" });
    around.said.length = 0;
    const again = new FakePage();
    streamHub.hear(again, { type: "away", since_ms: 1234 });
    streamHub.hear(again, { type: "join", operatorId: "zhang" });
    streamHub.hear(again, { type: "duty", deskId: "desk-1" });
    await settled();
    expect(again.told.some((message) => message.type === "standing" && message.away_since_ms === null)).toBe(false);
    expect(around.said).toEqual([["desk-1", "away"]]);
  });

  it("waits with a word until the one before is answered, so that none overtakes another", async () => {
    const page = join();
    await settled();
    around.said.length = 0;
    around.answering = false;
    streamHub.hear(page, { type: "back" });
    streamHub.hear(page, { type: "away", since_ms: 1 });
    expect(around.said).toEqual([["desk-1", "present"]]);
    around.answer();
    await settled();
    expect(around.said).toEqual([["desk-1", "present"], ["desk-1", "away"]]);
  });

  it("says that it does not know who else is there when the hub does not answer", async () => {
    around.othersPresent = null;
    const page = join();
    await settled();
    const told = page.told.flatMap((message) => (message.type === "standing" ? [message.others_present] : []));
    expect(told.at(-1)).toBeNull();
  });
});
