/** Incidents for the tests: one that is open and new, with whatever the test cares about changed. */
import type { Incident } from "@/api/shapes";

export const OPENED_AT = "2026-11-22T02:00:00.000Z";

export function makeIncident(changes: Partial<Incident> = {}): Incident {
  return {
    id: "incident-1",
    code: 101,
    kind: "sos",
    severity: "critical",
    state: "open",
    subject: { type: "recipient", id: "recipient-1" },
    recipient: { id: "recipient-1", name: "李桂兰" },
    place: "柳沟村三组",
    explanation: { code: "sos_pressed", params: {} },
    opened_at: OPENED_AT,
    acknowledged_at: null,
    acknowledged_by: null,
    contacted_at: null,
    responding_at: null,
    responder_name: null,
    arrived_at: null,
    test_pending_until: null,
    closed_at: null,
    disposition: null,
    outcome: null,
    cause: null,
    duplicate_of: null,
    sounding: true,
    last_alert_at: OPENED_AT,
    division_id: "139900101001",
    caller_phone: null,
    version: 1,
    press_count: 1,
    due_at: null,
    due_kind: null,
    alerts: [],
    group: null,
    ...changes,
  };
}
