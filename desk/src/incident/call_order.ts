/** Whom to call: the wearer on their devices, their own telephone, whoever called in, then the contacts of the file in their order. */
import type { Contact, ContactOutcome, Device, IncidentDetail, LogEntry, RecipientFile } from "@/api/shapes";

/** Somebody who can be rung. */
export interface Callee {
  key: string;
  phone: string;
  contact: Contact | null;
  device: Device | null;
  lastAttempt: { outcome: ContactOutcome; at: string } | null;
}

export function orderCalls(file: RecipientFile | null, detail: IncidentDetail | null): Callee[] {
  const log = detail?.log ?? [];
  const devices = detail?.devices ?? file?.devices ?? [];
  const callees: Callee[] = devices
    .filter((device) => device.phone !== null && device.phone !== "")
    .map((device) => callee({ key: device.id, phone: device.phone ?? "", device, contact: null }, log));
  if (file?.phone && !callees.some((one) => one.phone === file.phone)) {
    callees.push(callee({ key: "own", phone: file.phone, device: null, contact: null }, log));
  }
  const caller = detail?.caller_phone ?? null;
  if (caller !== null && !callees.some((one) => one.phone === caller)) {
    callees.push(callee({ key: "caller", phone: caller, device: null, contact: null }, log));
  }
  for (const contact of [...(file?.contacts ?? [])].sort((left, right) => left.order - right.order)) {
    callees.push(callee({ key: contact.id, phone: contact.phone, device: null, contact }, log));
  }
  return callees;
}

function callee(one: Omit<Callee, "lastAttempt">, log: LogEntry[]): Callee {
  const attempt = log
    .filter((entry) => entry.code === "contact_attempt" && isAbout(entry, one))
    .sort((left, right) => left.at.localeCompare(right.at))
    .at(-1);
  return { ...one, lastAttempt: attempt ? { outcome: attempt.params["outcome"] as ContactOutcome, at: attempt.at } : null };
}

function isAbout(entry: LogEntry, one: Omit<Callee, "lastAttempt">): boolean {
  const contactId = entry.params["contact_id"];
  if (typeof contactId === "string") return contactId === one.contact?.id;
  return entry.params["phone"] === one.phone;
}
