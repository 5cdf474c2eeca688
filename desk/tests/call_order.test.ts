/** Whom to call: the wearer first, then the contacts in their order, each with their own last attempt. */
import { describe, expect, it } from "vitest";

import type { IncidentDetail, LogEntry, RecipientFile } from "@/api/shapes";
import { orderCalls } from "@/incident/call_order";
import { formatPhone } from "@/incident/phone";

import { makeIncident } from "./incident_maker";

const watch = { id: "watch", kind: "smartwatch", model: null, phone: "10000000001", online: true, last_seen_at: null, battery_pct: 80, charging: false, worn: true, signal_dbm: -80 };
const mattress = { ...watch, id: "mattress", kind: "mattress", phone: null };
const contact = (id: string, order: number) => ({ id, name: id, phone: `1000000001${order}`, relation: null, order });

const file = {
  id: "recipient-1",
  phone: "10000000009",
  contacts: [contact("second", 2), contact("first", 1)],
  devices: [],
} as unknown as RecipientFile;

function detailWith(...log: Partial<LogEntry>[]): IncidentDetail {
  const lines = log.map((line, at) => ({ id: String(at), at: `2026-11-22T02:00:0${at}Z`, code: "contact_attempt", actor: null, params: {}, ...line }));
  return { ...makeIncident(), log: lines, notifications: [], devices: [mattress, watch], policy: {} };
}

describe("the call list", () => {
  it("rings the worn device first, then the own telephone, then the contacts in order", () => {
    expect(orderCalls(file, detailWith()).map((one) => one.key)).toEqual(["watch", "own", "first", "second"]);
  });

  it("does not show one number twice", () => {
    const same = { ...file, phone: watch.phone };
    expect(orderCalls(same, detailWith()).map((one) => one.key)).toEqual(["watch", "first", "second"]);
  });

  it("shows the latest attempt beside whom it was made to", () => {
    const called = orderCalls(
      file,
      detailWith(
        { params: { contact_id: "first", phone: "10000000011", outcome: "no_answer" } },
        { params: { contact_id: "first", phone: "10000000011", outcome: "reached" } },
        { params: { phone: watch.phone, outcome: "busy" } },
        { code: "note", params: { phone: "10000000009", outcome: "reached" } },
      ),
    );
    expect(called.map((one) => one.lastAttempt?.outcome ?? null)).toEqual(["busy", null, "reached", null]);
  });

  it("puts who has duty last, and nobody whose number is there already", () => {
    const duty = (name: string, phone: string) => ({ role: "helper", name, phone });
    const called = orderCalls(file, detailWith(), [duty("村医", "10000000041"), duty("first", "10000000011")]);
    expect(called.map((one) => one.key)).toEqual(["watch", "own", "first", "second", "duty-10000000041"]);
  });

  it("does not list a caller twice who is a contact", () => {
    const detail = { ...detailWith(), caller_phone: "10000000011" };
    expect(orderCalls(file, detail).map((one) => one.key)).not.toContain("caller");
  });

  it("keeps every attempt with who made it", () => {
    const actor = { type: "operator", id: "1", name: "张值班" };
    const called = orderCalls(file, detailWith({ actor, params: { phone: watch.phone, outcome: "busy" } }, { actor, params: { phone: watch.phone, outcome: "reached" } }));
    expect(called[0]?.attempts.map((one) => [one.outcome, one.by])).toEqual([["busy", "张值班"], ["reached", "张值班"]]);
  });

  it("is empty, not broken, while nothing is read", () => {
    expect(orderCalls(null, null)).toEqual([]);
  });

  it("groups the digits of a mobile number and leaves others alone", () => {
    expect(["10000000031", "0000-0000000", "120"].map(formatPhone)).toEqual(["100 0000 0031", "0000-0000000", "120"]);
  });
});
