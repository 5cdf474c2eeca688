/** Whether the hub sees, as the desk learns it: from the stream, from refusals, from ticks. */
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ask, hub } from "@/api/client";
import { useSight } from "@/stores/sight";

const NOON_MS = Date.parse("2026-11-22T04:00:00Z");
const at = (seconds: number) => new Date(NOON_MS + seconds * 1000).toISOString();
const blind = (now_s: number, since_s: number, because = "database_away") =>
  JSON.stringify({ server_time: at(now_s), since: at(since_s), because, storing: false });
const sighted = (since_s: number, until_s: number) =>
  JSON.stringify({ server_time: at(until_s), since: at(since_s), until: at(until_s), blind_s: until_s - since_s, storing: true });
const tick = (now_s: number, storing: boolean) => JSON.stringify({ server_time: at(now_s), position: 1, storing });

let sight: ReturnType<typeof useSight>;

beforeEach(() => {
  setActivePinia(createPinia());
  sight = useSight();
});

async function beRefused(status: number, code: string): Promise<void> {
  const body = JSON.stringify({ type: "about:blank", title: code, status, detail: code, code });
  vi.stubGlobal("fetch", async () => new Response(body, { status, headers: { "Content-Type": "application/problem+json" } }));
  await ask(hub.GET("/api/v1/me")).catch(() => undefined);
}

describe("the desk's knowledge of the hub's sight", () => {
  it("is that it sees, until told otherwise", () => {
    expect(sight.blindness).toBeNull();
    expect(sight.blindFor_ms).toBe(0);
  });

  it("reckons in the hub's time since when it is blind", () => {
    sight.learnBlind(blind(34, 4));
    expect(sight.blindness).toEqual({ since_ms: NOON_MS + 4_000, because: "database_away" });
    expect(Math.round(sight.blindFor_ms / 1000)).toBe(30);
  });

  it("follows the reason when it changes", () => {
    sight.learnBlind(blind(34, 4));
    sight.learnBlind(blind(40, 4, "not_taking_in"));
    expect(sight.blindness?.because).toBe("not_taking_in");
    expect(sight.blindness?.since_ms).toBe(NOON_MS + 4_000);
  });

  it("keeps how long it was blind until somebody has read it", () => {
    sight.learnBlind(blind(34, 4));
    sight.learnSighted(sighted(4, 94));
    expect(sight.blindness).toBeNull();
    expect(sight.past).toEqual({ since_ms: NOON_MS + 4_000, until_ms: NOON_MS + 94_000 });
    sight.dismiss();
    expect(sight.past).toBeNull();
  });

  it("shows two that nobody has read of as one", () => {
    sight.learnSighted(sighted(4, 94));
    sight.learnSighted(sighted(200, 260));
    expect(sight.past).toEqual({ since_ms: NOON_MS + 4_000, until_ms: NOON_MS + 260_000 });
  });

  it("ends with the tick of a hub that stores, where the end was missed", () => {
    sight.learnBlind(blind(34, 4));
    sight.learnTick(tick(35, false));
    expect(sight.blindness).not.toBeNull();
    sight.learnTick(tick(36, true));
    expect(sight.blindness).toBeNull();
    expect(sight.past?.since_ms).toBe(NOON_MS + 4_000);
  });

  it("begins with a refusal for want of the database, and with no other", async () => {
    await beRefused(503, "stream_unavailable");
    expect(sight.blindness).toBeNull();
    await beRefused(503, "database_away");
    expect(sight.blindness?.because).toBe("database_away");
  });

  it("ends when a database that is there says that it does not know us", async () => {
    await beRefused(503, "database_away");
    await beRefused(401, "unauthenticated");
    expect(sight.blindness).toBeNull();
  });

  it("is not shaken by what cannot be read", () => {
    sight.learnTick("{");
    sight.learnSighted("null");
    expect(sight.past).toBeNull();
    sight.learnBlind("");
    expect(sight.blindness).not.toBeNull();
  });
});
