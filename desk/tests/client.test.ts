/** The client: the desk's header, problems as one kind of error, silence as status 0. */
import { afterEach, describe, expect, it, vi } from "vitest";

import { ask, hub, HubProblem, onRefusal } from "@/api/client";

afterEach(() => vi.unstubAllGlobals());

const take = () => ask(hub.POST("/api/v1/incidents/{incident_id}/acknowledge", { params: { path: { incident_id: "i-1" } }, body: {} }));

describe("the client", () => {
  it("proves that a change comes from the desk's own page", async () => {
    let sent: Request | undefined;
    vi.stubGlobal("fetch", async (request: Request) => {
      sent = request;
      return new Response("{}");
    });
    await take();
    expect(sent?.url).toContain("/api/v1/incidents/i-1/acknowledge");
    expect(sent?.headers.get("X-Anxin-Desk")).toBe("1");
  });

  it("names the holder of a 409", async () => {
    const told = { status: 409, code: "held", title: "held", detail: null, holder: { id: "wu", name: "吴磊" } };
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(told), { status: 409 }));
    await expect(take()).rejects.toMatchObject({ status: 409, code: "held", holderName: "吴磊" });
  });

  it("keeps the status when a proxy answers with something else than a problem", async () => {
    vi.stubGlobal("fetch", async () => new Response("<html>bad gateway</html>", { status: 502 }));
    await expect(take()).rejects.toMatchObject({ status: 502, holderName: null });
  });

  it("tells of an unreachable hub as status 0, and tells the listeners", async () => {
    const heard: number[] = [];
    onRefusal((problem) => heard.push(problem.status));
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("network");
    });
    await expect(take()).rejects.toBeInstanceOf(HubProblem);
    expect(heard).toEqual([0]);
  });
});
