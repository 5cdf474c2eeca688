/** The lists beside the queue: maintenance, follow-ups, quarantine and what was closed lately. Read when looked at. */
import { defineStore } from "pinia";
import { reactive } from "vue";

import { ask, hub } from "@/api/client";
import type { FollowUp, Incident, MaintenanceItem, QuarantinedMessage } from "@/api/shapes";
import { newLedger } from "@/ledger/ledger";

export const useLedgers = defineStore("ledgers", () => {
  const shelves = reactive({
    closed: newLedger<Incident>((position) =>
      ask(hub.GET("/api/v1/incidents", { params: { query: { ...position, state: ["closed" as const] } } })),
    ),
    maintenance: newLedger<MaintenanceItem>((position) => ask(hub.GET("/api/v1/maintenance", { params: { query: position } }))),
    "follow-up": newLedger<FollowUp>((position) => ask(hub.GET("/api/v1/follow-ups", { params: { query: position } }))),
    quarantine: newLedger<QuarantinedMessage>((position) => ask(hub.GET("/api/v1/quarantine", { params: { query: position } }))),
  });

  /** The stream says that a list changed; one that was never looked at stays unread. */
  function markStale(name: LedgerName): void {
    shelves[name].markStale();
  }

  return { shelves, markStale };
});

export type LedgerName = "closed" | "maintenance" | "follow-up" | "quarantine";
