/** What is proposed when an incident is closed: what mends the cause, or looks after the person. Everything can be skipped. */
import type { Device, Incident } from "@/api/shapes";
import type { Closing } from "@/stores/incident_decisions";

export type Proposal = "visit" | "repair" | "profile";

/** Causes that a device has, and causes that the person's thresholds have. */
const OF_DEVICE = new Set(["device_fault", "worn_wrongly", "signal"]);
const OF_PROFILE = new Set(["threshold", "posture_change", "surroundings", "away_unsaid"]);
/** Nobody is there any more, or it never was about them. */
const NO_VISIT = new Set(["deceased", "found"]);

export function proposalsFor(incident: Incident, devices: Device[], closing: Pick<Closing, "disposition" | "outcome" | "cause">): Proposal[] {
  const { disposition, outcome, cause } = closing;
  const proposals: Proposal[] = [];
  const known = incident.recipient !== null;
  const visits = disposition === "unreachable" || (disposition === "real" && !NO_VISIT.has(outcome ?? ""));
  if (known && visits) proposals.push("visit");
  if (disposition !== "false") return proposals;
  if (OF_DEVICE.has(cause ?? "") && devices.length > 0) proposals.push("repair");
  if (known && OF_PROFILE.has(cause ?? "")) proposals.push("profile");
  if (known && cause === "worn_wrongly") proposals.push("visit");
  return proposals;
}

/** The device that cried: what it was that is to be looked at. */
export function cryingDevice(incident: Incident, devices: Device[]): Device | null {
  const cried = [...incident.alerts].reverse().map((alert) => alert.device_id);
  return devices.find((device) => cried.includes(device.id)) ?? devices[0] ?? null;
}
