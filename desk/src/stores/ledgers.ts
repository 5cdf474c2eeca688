/** The lists beside the queue, each with what may be asked of it. Read when looked at, and again when the hub says so. */
import { defineStore } from "pinia";
import { reactive } from "vue";

import { ask, hub } from "@/api/client";
import type { FollowUp, FollowUpKind, Incident, ListedNotification, MaintenanceItem, MaintenanceKind, QuarantinedMessage } from "@/api/shapes";
import { newLedger, type Wanted } from "@/ledger/ledger";

/** What an address calls the states of a queue, as the hub is asked for them. */
const MAINTENANCE_STATES: Record<string, { state?: ("open" | "cleared" | "closed")[]; overdue?: boolean }> = {
  open: { state: ["open"] },
  overdue: { overdue: true },
  cleared: { state: ["cleared"] },
  closed: { state: ["closed"] },
};
const FOLLOW_UP_STATES: Record<string, { state?: ("open" | "acknowledged" | "closed")[]; overdue?: boolean }> = {
  waiting: { state: ["open", "acknowledged"] },
  overdue: { overdue: true },
  closed: { state: ["closed"] },
};
const NOTIFICATION_STATES: Record<string, ("owed" | "sending" | "sent" | "delivered" | "failed" | "unknown" | "cancelled")[]> = {
  failed: ["failed"],
  unknown: ["unknown"],
  under_way: ["owed", "sending", "sent"],
  delivered: ["delivered"],
};

export const useLedgers = defineStore("ledgers", () => {
  const shelves = reactive({
    closed: newLedger<Incident>((position) =>
      ask(hub.GET("/api/v1/incidents", { params: { query: { ...position, state: ["closed" as const] } } })),
    ),
    maintenance: newLedger<MaintenanceItem>((position, wanted) =>
      ask(
        hub.GET("/api/v1/maintenance", {
          params: { query: { ...position, ...found(wanted), ...MAINTENANCE_STATES[wanted["state"] ?? ""], ...oneKind<MaintenanceKind>(wanted) } },
        }),
      ),
    ),
    "follow-up": newLedger<FollowUp>((position, wanted) =>
      ask(
        hub.GET("/api/v1/follow-ups", {
          params: { query: { ...position, ...found(wanted), ...FOLLOW_UP_STATES[wanted["state"] ?? ""], ...oneKind<FollowUpKind>(wanted) } },
        }),
      ),
    ),
    quarantine: newLedger<QuarantinedMessage>((position, wanted) =>
      ask(
        hub.GET("/api/v1/quarantine", {
          params: { query: { ...position, ...found(wanted), ...named(wanted, "reason"), ...named(wanted, "device_id") } },
        }),
      ),
    ),
    notifications: newLedger<ListedNotification>((position, wanted) =>
      ask(
        hub.GET("/api/v1/notifications", {
          params: { query: { ...position, ...found(wanted), state: NOTIFICATION_STATES[wanted["state"] ?? ""] ?? [], ...named(wanted, "incident_id") } },
        }),
      ),
    ),
  });

  /** The stream says that a list changed; one that was never looked at stays unread. */
  function markStale(name: LedgerName): void {
    shelves[name].markStale();
  }

  return { shelves, markStale };
});

export type LedgerName = "closed" | "maintenance" | "follow-up" | "quarantine" | "notifications";

function found(wanted: Wanted): { q?: string; division_id?: string } {
  return { ...named(wanted, "q"), ...named(wanted, "division_id") };
}
function named<Name extends string>(wanted: Wanted, name: Name): Partial<Record<Name, string>> {
  const value = wanted[name];
  return value === undefined ? {} : ({ [name]: value } as Record<Name, string>);
}
function oneKind<Kind extends string>(wanted: Wanted): { kind?: Kind[] } {
  return wanted["kind"] === undefined ? {} : { kind: [wanted["kind"] as Kind] };
}
