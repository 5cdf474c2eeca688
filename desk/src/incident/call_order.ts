/**
 * Whom to call: the wearer on their devices, their own telephone, whoever called in, then the contacts of the file in their
 * order, and after them who has duty for the place. Nobody is listed twice under one number.
 */
import type { Contact, ContactOutcome, Device, IncidentDetail, LogEntry, OnDutyPerson, RecipientFile } from "@/api/shapes";

/** One call, as it was logged. */
export interface LoggedAttempt {
  outcome: ContactOutcome;
  at: string;
  by: string | null;
  note: string | null;
}

/** Somebody who can be rung. */
export interface Callee {
  key: string;
  phone: string;
  contact: Contact | null;
  device: Device | null;
  onDuty: OnDutyPerson | null;
  lastAttempt: LoggedAttempt | null;
  attempts: LoggedAttempt[];
}

export function orderCalls(file: RecipientFile | null, detail: IncidentDetail | null, onDuty: OnDutyPerson[] = []): Callee[] {
  const log = detail?.log ?? [];
  const devices = detail?.devices ?? file?.devices ?? [];
  const callees: Callee[] = devices
    .filter((device) => device.phone !== null && device.phone !== "")
    .map((device) => callee({ key: device.id, phone: device.phone ?? "", device, contact: null, onDuty: null }, log));
  if (file?.phone && !callees.some((one) => one.phone === file.phone)) {
    callees.push(callee({ key: "own", phone: file.phone, device: null, contact: null, onDuty: null }, log));
  }
  const caller = detail?.caller_phone ?? null;
  const known = [...callees.map((one) => one.phone), ...(file?.contacts ?? []).map((contact) => contact.phone)];
  if (caller !== null && !known.includes(caller)) {
    callees.push(callee({ key: "caller", phone: caller, device: null, contact: null, onDuty: null }, log));
  }
  for (const contact of [...(file?.contacts ?? [])].sort((left, right) => left.order - right.order)) {
    callees.push(callee({ key: contact.id, phone: contact.phone, device: null, contact, onDuty: null }, log));
  }
  for (const person of onDuty) {
    if (callees.some((one) => one.phone === person.phone)) continue;
    callees.push(callee({ key: `duty-${person.phone}`, phone: person.phone, device: null, contact: null, onDuty: person }, log));
  }
  return callees;
}

function callee(one: Omit<Callee, "lastAttempt" | "attempts">, log: LogEntry[]): Callee {
  const attempts = log
    .filter((entry) => entry.code === "contact_attempt" && isAbout(entry, one))
    .sort((left, right) => left.at.localeCompare(right.at))
    .map((entry) => ({
      outcome: entry.params["outcome"] as ContactOutcome,
      at: entry.at,
      by: entry.actor?.name ?? null,
      note: typeof entry.params["note"] === "string" ? entry.params["note"] : null,
    }));
  return { ...one, attempts, lastAttempt: attempts.at(-1) ?? null };
}

function isAbout(entry: LogEntry, one: Omit<Callee, "lastAttempt" | "attempts">): boolean {
  const contactId = entry.params["contact_id"];
  if (typeof contactId === "string") return contactId === one.contact?.id;
  return entry.params["phone"] === one.phone;
}
