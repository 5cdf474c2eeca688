/** The store of the queue: the list once, the stream from then on, nothing twice and nothing lost in between. */
import { createPinia, setActivePinia } from "pinia";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Incident } from "@/api/shapes";
import { useIncidents } from "@/stores/incidents";

import { makeIncident } from "./incident_maker";

function answerWith(pages: Incident[][], position: number): { release: () => void; asked: string[] } {
  const asked: string[] = [];
  let release = () => undefined as void;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  vi.stubGlobal("fetch", async (request: Request) => {
    const at = asked.push(request.url) - 1;
    await gate;
    const body = { items: pages[at], next: at + 1 < pages.length ? `cursor-${at + 1}` : null };
    return new Response(JSON.stringify(body), { headers: { "X-Stream-Position": String(position + at * 10) } });
  });
  return { release, asked };
}

const names = (incidents: Incident[]) => incidents.map((one) => one.id);

beforeEach(() => setActivePinia(createPinia()));

describe("the queue's store", () => {
  it("reads every page and follows from the position of the first", async () => {
    const hub = answerWith([[makeIncident({ id: "a" })], [makeIncident({ id: "b" })]], 7);
    hub.release();
    const incidents = useIncidents();
    expect(await incidents.load()).toBe(7);
    expect(names(incidents.queue)).toEqual(["a", "b"]);
    expect(hub.asked[0]).toContain("state=open&state=acknowledged");
    expect(hub.asked[1]).toContain("cursor=cursor-1");
  });

  it("drops an event that the list already held and takes a newer one", async () => {
    answerWith([[makeIncident({ id: "a" })]], 7).release();
    const incidents = useIncidents();
    await incidents.load();
    expect(incidents.apply(7, makeIncident({ id: "old" }))).toBe(false);
    expect(incidents.apply(8, makeIncident({ id: "new" }))).toBe(true);
    expect(incidents.apply(8, makeIncident({ id: "again" }))).toBe(false);
    expect(names(incidents.queue)).toEqual(["a", "new"]);
  });

  it("keeps what arrives while the list is being read, and applies it after the list", async () => {
    const hub = answerWith([[makeIncident({ id: "a" })]], 7);
    const incidents = useIncidents();
    const reading = incidents.load();
    incidents.apply(6, makeIncident({ id: "in the list's past" }));
    incidents.apply(8, makeIncident({ id: "a", state: "acknowledged" }));
    hub.release();
    await reading;
    expect(names(incidents.queue)).toEqual(["a"]);
    expect(incidents.taken.length).toBe(1);
  });

  it("says so when the list cannot be read, and shows nothing as empty", async () => {
    vi.stubGlobal("fetch", async () => new Response("{}", { status: 500 }));
    const incidents = useIncidents();
    await expect(incidents.load()).rejects.toMatchObject({ status: 500 });
    expect(incidents.failed).toBe(true);
    expect(incidents.loaded).toBe(false);
  });

  it("selects the first that comes, and never steals the selection later", () => {
    const incidents = useIncidents();
    incidents.apply(1, makeIncident({ id: "a", severity: "high" }));
    incidents.apply(2, makeIncident({ id: "b", severity: "critical" }));
    expect(incidents.selectedId).toBe("a");
    expect(names(incidents.untaken)).toEqual(["b", "a"]);
  });

  it("does not let a late answer undo what the stream already told", () => {
    const incidents = useIncidents();
    incidents.apply(1, makeIncident({ id: "a", version: 3, state: "acknowledged" }));
    incidents.put(makeIncident({ id: "a", version: 2 }));
    expect(incidents.taken.length).toBe(1);
  });

  it("keeps what is looked at when the list is read anew without it: it was closed meanwhile", async () => {
    answerWith([[makeIncident({ id: "b" })]], 7).release();
    const incidents = useIncidents();
    incidents.apply(1, makeIncident({ id: "a", state: "acknowledged" }));
    incidents.apply(2, makeIncident({ id: "b" }));
    await incidents.load();
    expect(incidents.selectedId).toBe("a");
    expect(incidents.known.get("a")?.state).toBe("closed");
    expect(names(incidents.queue)).toEqual(["b"]);
    incidents.select("b");
    expect(incidents.known.has("a")).toBe(false);
  });

  it("asks how it ended, and believes the answer", async () => {
    const ended = makeIncident({ id: "a", state: "closed", version: 2, disposition: "false" });
    const answers: Record<string, unknown> = { "/api/v1/incidents": { items: [], next: null }, "/api/v1/incidents/a": ended };
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      const path = new URL(request.url).pathname;
      asked.push(path);
      return new Response(JSON.stringify(answers[path]), { headers: { "X-Stream-Position": "7" } });
    });
    const incidents = useIncidents();
    incidents.apply(1, makeIncident({ id: "a" }));
    await incidents.load();
    await vi.waitFor(() => expect(incidents.known.get("a")?.disposition).toBe("false"));
    await incidents.load();
    expect(asked.filter((path) => path === "/api/v1/incidents/a")).toHaveLength(1);
  });

  it("takes what is looked at as open when the stream says so after the list that did not have it yet", async () => {
    const hub = answerWith([[]], 7);
    const incidents = useIncidents();
    const reading = incidents.load();
    incidents.put(makeIncident({ id: "called in" }));
    incidents.apply(8, makeIncident({ id: "called in" }));
    hub.release();
    await reading;
    expect(names(incidents.untaken)).toEqual(["called in"]);
  });

  it("keeps a closed one only while it is looked at", () => {
    const incidents = useIncidents();
    incidents.apply(1, makeIncident({ id: "a" }));
    incidents.apply(2, makeIncident({ id: "b" }));
    incidents.apply(3, makeIncident({ id: "a", state: "closed" }));
    incidents.apply(4, makeIncident({ id: "b", state: "closed" }));
    expect(incidents.queue).toEqual([]);
    expect([...incidents.known.keys()]).toEqual(["a"]);
    incidents.select(null);
    expect(incidents.known.size).toBe(0);
  });
});
