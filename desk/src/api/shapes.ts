/**
 * The shapes the hub speaks, as the desk reads them: the contract of `/api/v1` in TypeScript.
 *
 * Times are RFC 3339 strings in UTC; they become `Date`s only where they are shown or compared.
 * Values that a later hub may add to (kinds, channels, dispositions) stay open strings: the desk has a word for those
 * it knows and shows the code of those it does not, because an incident it cannot name is still an incident.
 */

export type Severity = "critical" | "high" | "medium" | "low";
export type IncidentState = "open" | "acknowledged" | "closed";
export type ContactOutcome = "reached" | "no_answer" | "busy" | "wrong_number" | "declined";

/** Why something happened: a code and its values, turned into a sentence in the reader's language. */
export interface Explanation {
  code: string;
  params: Record<string, unknown>;
}

/** Who did something: an operator, a caregiver by text, or the hub itself. */
export interface Actor {
  type: "operator" | "caregiver" | "machine";
  id: string | null;
  name: string | null;
}

/** One alert of a device that belongs to an incident. */
export interface Alert {
  id: string;
  kind: string;
  device_id: string | null;
  event_id: string | null;
  occurred_at: string | null;
  received_at: string;
  test: boolean;
  late?: boolean;
}

/** An incident, the same in lists and on the stream. */
export interface Incident {
  id: string;
  code: string;
  kind: string;
  severity: Severity;
  state: IncidentState;
  subject: { type: "recipient" | "device" | "caller"; id: string };
  recipient: { id: string; name: string } | null;
  place: string | null;
  explanation: Explanation | null;
  opened_at: string;
  acknowledged_at: string | null;
  acknowledged_by: Actor | null;
  contacted_at: string | null;
  responding_at: string | null;
  responder_name: string | null;
  arrived_at: string | null;
  closed_at: string | null;
  disposition: string | null;
  sounding: boolean;
  last_alert_at: string | null;
  press_count: number;
  due_at: string | null;
  due_kind: string | null;
  alerts: Alert[];
}

/** A line in an incident's history. */
export interface LogEntry {
  id: string;
  at: string;
  code: string;
  params: Record<string, unknown>;
  actor: Actor | null;
}

/** One try at delivering a notification. */
export interface Attempt {
  state: string;
  at: string;
  reason: string | null;
}

/** A message owed to somebody. */
export interface Notification {
  id: string;
  person_name: string | null;
  destination_masked: string | null;
  channel: string;
  state: string;
  created_at: string;
  text: string | null;
  attempts: Attempt[];
}

/** A device as the desk shows it beside an incident. */
export interface Device {
  id: string;
  kind: string;
  model: string | null;
  phone: string | null;
  online: boolean | null;
  last_seen_at: string | null;
  battery_pct: number | null;
}

/** An incident with everything the operator needs beside it. */
export interface IncidentDetail extends Incident {
  log: LogEntry[];
  notifications: Notification[];
  devices: Device[];
  policy: unknown;
}

/** Somebody to ring, in the order of the file. */
export interface Contact {
  id: string;
  name: string;
  phone: string;
  relation: string | null;
  order: number;
}

/** The recipient's file (一人一档), as far as the desk reads it. */
export interface RecipientFile {
  id: string;
  name: string;
  division_id: string;
  division_name: string | null;
  household: string | null;
  sex: string | null;
  birth_date: string | null;
  phone: string | null;
  address: string | null;
  address_note: string | null;
  lives_alone: boolean | null;
  timezone: string | null;
  categories: string[];
  ability: string | null;
  care_notes: CareNotes | null;
  contacts: Contact[];
  devices: Device[];
}

/** What a rescuer must know. */
export interface CareNotes {
  conditions?: string[] | null;
  medication?: string[] | null;
  allergies?: string[] | null;
  language?: string | null;
}

/** The operator who is logged in, and the hub. */
export interface Me {
  id: string;
  name: string;
  role: string;
  division_id: string;
  division_name: string | null;
  locale: string | null;
  server_time: string;
  hub: { name: string; desk_phone: string | null; version: string };
}

/** Somebody an incident can be handed to. */
export interface Operator {
  id: string;
  name: string;
}

/** Equipment that wants looking after; never in the emergency queue. */
export interface MaintenanceItem {
  id: string;
  kind: string;
  state: string;
  opened_at: string;
  place?: string | null;
  device?: { id: string; kind: string; model?: string | null } | null;
  recipient?: { id: string; name: string } | null;
  explanation?: Explanation | null;
}

/** A call, then a visit, because nobody has heard of a person. */
export interface FollowUp {
  id: string;
  kind?: string | null;
  state: string;
  opened_at: string;
  due_at?: string | null;
  place?: string | null;
  recipient?: { id: string; name: string } | null;
  explanation?: Explanation | null;
}

/** A message the hub could not read, kept with the reason. */
export interface QuarantinedMessage {
  id: string;
  received_at: string;
  topic: string;
  device_id: string | null;
  reason: string;
  field?: string | null;
  excerpt?: string | null;
}

/** A page of a list. */
export interface Page<Entry> {
  items: Entry[];
  next: string | null;
}

/** RFC 9457, with the hub's own code and, on 409, whoever was first. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string | null;
  code: string | null;
  holder?: { id: string | null; name: string | null } | null;
}

/** What a telephone call came to. */
export interface ContactAttempt {
  who: string;
  outcome: ContactOutcome;
  contact_id?: string;
  phone?: string;
  note?: string;
}

/** Somebody is on the way. */
export interface Response {
  name: string;
  eta_minutes?: number;
  phone?: string;
}
