/** How an incident ended, and what is proposed after it. */
import { describe, expect, it } from "vitest";

import type { Device } from "@/api/shapes";
import { causesFor, endingsFor } from "@/incident/endings";
import { cryingDevice, proposalsFor } from "@/incident/remains";

import { makeIncident } from "./incident_maker";

const device = (id: string) => ({ id, kind: "call_button" }) as Device;
const ended = (disposition: string, more: object = {}) => ({ disposition, outcome: null, cause: null, ...more }) as Parameters<typeof proposalsFor>[2];

describe("the endings offered", () => {
  it("begin with what is likely for the kind and leave none out", () => {
    expect(endingsFor("wandering")[0]).toBe("found");
    expect(causesFor("fall")[0]).toBe("posture_change");
    expect(new Set(endingsFor("wandering"))).toEqual(new Set(endingsFor("sos")));
    expect(causesFor("fall")).toHaveLength(causesFor("sos").length);
  });
});

describe("what is proposed after a close", () => {
  const incident = makeIncident();

  it("is a visit after a real one, unless nobody is there to be visited", () => {
    expect(proposalsFor(incident, [], ended("real", { outcome: "helped_on_site" }))).toEqual(["visit"]);
    expect(proposalsFor(incident, [], ended("real", { outcome: "deceased" }))).toEqual([]);
    expect(proposalsFor(makeIncident({ recipient: null }), [], ended("real", { outcome: "helped_on_site" }))).toEqual([]);
  });

  it("is what mends the cause of a false one", () => {
    expect(proposalsFor(incident, [device("a")], ended("false", { cause: "device_fault" }))).toEqual(["repair"]);
    expect(proposalsFor(incident, [device("a")], ended("false", { cause: "threshold" }))).toEqual(["profile"]);
    expect(proposalsFor(incident, [device("a")], ended("false", { cause: "worn_wrongly" }))).toEqual(["repair", "visit"]);
    expect(proposalsFor(incident, [], ended("false", { cause: "device_fault" }))).toEqual([]);
  });

  it("is nothing where nothing is left to do", () => {
    expect(proposalsFor(incident, [device("a")], ended("false", { cause: "pressed_by_mistake" }))).toEqual([]);
    expect(proposalsFor(incident, [device("a")], ended("test"))).toEqual([]);
  });

  it("names the device that cried last", () => {
    const alert = { device_id: "b" } as (typeof incident.alerts)[number];
    expect(cryingDevice(makeIncident({ alerts: [alert] }), [device("a"), device("b")])?.id).toBe("b");
    expect(cryingDevice(incident, [])).toBeNull();
  });
});
