/** The link: what it drops, how it notices silence, how it comes back. */
import { beforeEach, describe, expect, it } from "vitest";

import { StreamLink } from "@/realtime/stream_link";

import { FakeSurroundings } from "./fake_stream";

let around: FakeSurroundings;
let link: StreamLink;

beforeEach(() => {
  around = new FakeSurroundings();
  link = new StreamLink("/stream", around);
});

describe("the link", () => {
  it("opens after the position of the list", () => {
    link.follow(41);
    expect(around.source.url).toBe("/stream?after=41");
  });

  it("passes each event once, in order, and drops what was seen", () => {
    link.follow(41);
    for (const position of ["41", "42", "42", "43", "42"]) around.source.send("incident", position);
    const passed = around.told.flatMap((message) => (message.type === "event" ? [message.position] : []));
    expect(passed).toEqual([42, 43]);
  });

  it("opens again after the last position when nothing was heard for 12 seconds", () => {
    link.follow(41);
    around.source.send("incident", "57");
    around.pass(11);
    expect(around.sources.length).toBe(1);
    around.pass(1);
    expect(around.types().at(-1)).toBe("lost");
    expect(around.sources[0]?.closed).toBe(true);
    expect(around.source.url).toBe("/stream?after=57");
  });

  it("stays with a quiet hub that ticks", () => {
    link.follow(1);
    for (let tick = 0; tick < 10; tick += 1) {
      around.pass(5);
      around.source.send("tick");
    }
    expect(around.sources.length).toBe(1);
  });

  it("goes on from the last tick: everything up to it was sent", () => {
    link.follow(41);
    around.source.send("tick", "60");
    around.source.send("incident", "60");
    around.pass(12);
    expect(around.types()).not.toContain("event");
    expect(around.source.url).toBe("/stream?after=60");
  });

  it("comes back with growing pauses when the browser gave up", () => {
    link.follow(1);
    const openedAt: number[] = [];
    for (let refusal = 0; refusal < 6; refusal += 1) {
      const before = around.sources.length;
      around.source.giveUp();
      while (around.sources.length === before) around.pass(1);
      openedAt.push(around.now_ms);
    }
    const pauses = openedAt.map((at, index) => at - (openedAt[index - 1] ?? 0));
    expect(pauses).toEqual([1000, 1000, 2000, 3000, 5000, 5000]);
  });

  it("does not hear a source that it has left", () => {
    link.follow(1);
    const left = around.source;
    around.pass(12);
    left.send("incident", "2");
    expect(around.types()).not.toContain("event");
    around.source.send("incident", "2");
    expect(around.types()).toContain("event");
  });

  it("lets the browser's own reconnect work while it has not given up", () => {
    link.follow(1);
    around.source.send("error");
    around.pass(3);
    expect(around.types()).toEqual(["lost"]);
    expect(around.sources.length).toBe(1);
  });

  it("passes what the hub says of itself, which keeps the link alive and moves no position", () => {
    link.follow(41);
    for (let word = 0; word < 6; word += 1) {
      around.pass(5);
      around.source.send("blind", "", "{}");
    }
    around.source.send("sighted", "", "{}");
    expect(around.types()).toEqual(["blind", "blind", "blind", "blind", "blind", "blind", "sighted"]);
    around.pass(12);
    expect(around.source.url).toBe("/stream?after=41");
  });

  it("stops at a reset and follows the new list from there", () => {
    link.follow(9);
    around.source.send("reset");
    expect(around.types()).toEqual(["reset"]);
    expect(around.source.closed).toBe(true);
    link.follow(200);
    expect(around.source.url).toBe("/stream?after=200");
    around.pass(12);
    expect(around.sources.length).toBe(3);
  });
});
