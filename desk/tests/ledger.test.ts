import { describe, expect, it } from "vitest";

import type { Page } from "@/api/shapes";
import { readWanted, writeWanted } from "@/ledger/address";
import { hexLines } from "@/ledger/hex";
import { newLedger, type Position, type Wanted } from "@/ledger/ledger";

interface Asked {
  position: Position;
  wanted: Wanted;
  answer: (page: Page<string>) => void;
  fail: () => void;
}

/** A ledger whose answers come when the test says so. */
function held() {
  const asked: Asked[] = [];
  const ledger = newLedger<string>(
    (position, wanted) => new Promise((answer, fail) => asked.push({ position, wanted, answer, fail: () => fail(new Error("no")) })),
  );
  return { ledger, asked };
}
const settle = () => new Promise((done) => setTimeout(done, 0));

describe("a ledger", () => {
  it("reads the next page behind the one before", async () => {
    const { ledger, asked } = held();
    void ledger.read();
    asked[0]?.answer({ items: ["a"], next: "more" });
    await settle();
    void ledger.read({ more: true });
    expect(asked[1]?.position.cursor).toBe("more");
    asked[1]?.answer({ items: ["b"], next: null });
    await settle();
    expect([ledger.entries, ledger.next]).toEqual([["a", "b"], null]);
  });

  it("throws away the answer to a question that was overtaken", async () => {
    const { ledger, asked } = held();
    void ledger.ask({ q: "l" });
    void ledger.ask({ q: "lg" });
    asked[1]?.answer({ items: ["李桂兰"] });
    asked[0]?.answer({ items: ["everybody"] });
    await settle();
    expect(ledger.entries).toEqual(["李桂兰"]);
    expect(ledger.loading).toBe(false);
  });

  it("keeps what is shown when it cannot be read again, but not under another question", async () => {
    const { ledger, asked } = held();
    void ledger.ask({ q: "a" });
    asked[0]?.answer({ items: ["a"] });
    await settle();
    void ledger.read();
    asked[1]?.fail();
    await settle();
    expect([ledger.entries, ledger.failed]).toEqual([["a"], true]);
    void ledger.ask({ q: "b" });
    asked[2]?.fail();
    await settle();
    expect([ledger.entries, ledger.loaded, ledger.failed]).toEqual([[], false, true]);
  });

  it("reads once more when it changed while it was being read, and not at all before anybody looked", async () => {
    const { ledger, asked } = held();
    ledger.markStale();
    expect(asked).toHaveLength(0);
    void ledger.read();
    asked[0]?.answer({ items: ["a"] });
    await settle();
    ledger.markStale();
    ledger.markStale();
    ledger.markStale();
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ items: ["b"] });
    await settle();
    expect(asked).toHaveLength(3);
  });
});

describe("the address of a list", () => {
  it("says nothing of what is usual, and says so where all is wanted instead", () => {
    const usual = { state: "open" };
    expect(readWanted({}, ["state", "q"], usual)).toEqual({ state: "open" });
    expect(writeWanted({ state: "closed", open: "1" }, "state", "open", usual)).toEqual({ open: "1" });
    const all = writeWanted({}, "state", "", usual);
    expect(readWanted(all, ["state"], usual)).toEqual({});
    expect(writeWanted(all, "q", "李", usual)).toEqual({ state: "all", q: "李" });
  });
});

it("bytes are shown sixteen a line with their offset", () => {
  expect(hexLines("7b22".repeat(9))).toBe(`0000  ${Array(8).fill("7b 22").join(" ")}\n0010  7b 22`);
});
