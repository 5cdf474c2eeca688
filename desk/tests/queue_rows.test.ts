/** Floods folded: one row for what belongs together, and nothing hidden that a person must look at by itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Incident } from "@/api/shapes";
import { compareForQueue } from "@/incident/queue_order";
import { arrangeQueue, groupKey, TAKEN_SINGLY, type QueueRow } from "@/queue/queue_rows";

import { makeIncident } from "./incident_maker";

let number = 0;
function member(changes: Partial<Incident> = {}, group = "gas"): Incident {
  number += 1;
  const reason = { code: "group_village", params: { count: number, place: "柳沟村", within_min: 2 } };
  const opened_at = `2026-11-22T02:00:${String(number % 60).padStart(2, "0")}.000Z`;
  return makeIncident({ id: `${group}-${number}`, kind: "vitals", severity: "medium", opened_at, group: { id: group, reason }, ...changes });
}
const flood = (count: number, changes: Partial<Incident> = {}) => Array.from({ length: count }, () => member(changes));
const arrange = (incidents: Incident[], unfolded: string[] = [], selectedId: string | null = null) =>
  arrangeQueue([...incidents].sort(compareForQueue), { unfolded: new Set(unfolded), selectedId });
const types = (rows: QueueRow[]) => rows.map((row) => row.type).join(" ");
const groupOf = (rows: QueueRow[]) => rows.flatMap((row) => (row.type === "group" ? [row.group] : []))[0];

describe("a flood in the queue", () => {
  it("is one row that counts its members, with the gravest and the oldest of them", () => {
    const members = [...flood(3), member({ severity: "high", opened_at: "2026-11-22T01:00:00.000Z" })];
    const rows = arrange(members);
    expect(types(rows)).toBe("heading group");
    expect(groupOf(rows)).toMatchObject({ worst: "high", oldest: "2026-11-22T01:00:00.000Z", alone: 0 });
    expect(groupOf(rows)?.members.length).toBe(4);
    expect(rows[0]).toMatchObject({ count: 4 });
  });

  it("has the newest reason of the hub: the one that counts the most", () => {
    const members = flood(3);
    const most = Math.max(...members.map((one) => Number(one.group?.reason.params["count"])));
    expect(groupOf(arrange(members))?.reason.params["count"]).toBe(most);
  });

  it("is unfolded into its members", () => {
    const rows = arrange(flood(3), [groupKey("gas", "untaken")]);
    expect(types(rows)).toBe("heading group incident incident incident");
    expect(rows.at(-1)).toMatchObject({ inside: true });
  });

  it("of two is two cards", () => {
    expect(types(arrange(flood(2)))).toBe("heading incident incident");
  });

  it.each([...TAKEN_SINGLY])("never hides an untaken %s: it stands in its place by severity", (kind) => {
    const grave = member({ kind, severity: "critical" });
    const rows = arrange([...flood(4), grave]);
    expect(types(rows)).toBe("heading incident group");
    expect(rows[1]).toMatchObject({ key: grave.id, inside: false });
    expect(groupOf(rows)).toMatchObject({ alone: 1, worst: "medium" });
  });

  it("never hides what was taken and sounds again, nor a taken SOS that nobody has called for", () => {
    const forgotten = member({ state: "acknowledged", sounding: true });
    const silent = member({ state: "acknowledged", sounding: false, kind: "sos" });
    const rows = arrange([...flood(3, { state: "acknowledged", sounding: false }), forgotten, silent]);
    expect(types(rows)).toBe("heading incident incident group");
    const called = { ...silent, contacted_at: "2026-11-22T02:05:00.000Z" };
    expect(types(arrange([...flood(3, { state: "acknowledged", sounding: false }), called]))).toBe("heading group");
  });

  it("never hides the card that is looked at", () => {
    const members = flood(5);
    const rows = arrange(members, [], members[3]?.id ?? null);
    expect(types(rows)).toBe("heading group incident");
    expect(rows[2]).toMatchObject({ key: members[3]?.id, inside: true });
  });

  it("stands where its most needed member would, before what is less grave", () => {
    const rows = arrange([makeIncident({ id: "low", severity: "low" }), ...flood(3), makeIncident({ id: "sos" })]);
    expect(rows.map((row) => (row.type === "group" ? "group" : row.key))).toEqual(["heading-untaken", "sos", "group", "low"]);
  });

  it("is folded by itself in what waits and in what is in hand", () => {
    const rows = arrange([...flood(3), ...flood(3, { state: "acknowledged", sounding: false })]);
    expect(types(rows)).toBe("heading group heading group");
  });

  it("takes singly what the hub takes singly", () => {
    const core = readFileSync(join(import.meta.dirname, "..", "..", "alerts", "storms", "groups.py"), "utf-8");
    const named = /TAKEN_SINGLY = frozenset\(\{(.*)\}\)/.exec(core)?.[1] ?? "";
    const kinds = [...named.matchAll(/IncidentKind\.(\w+)/g)].map((match) => match[1]?.toLowerCase());
    expect(kinds.sort()).toEqual([...TAKEN_SINGLY].sort());
  });
});
