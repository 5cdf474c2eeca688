/** The lists beside the queue: maintenance, follow-ups, quarantine and what was closed lately. Read when looked at. */
import { defineStore } from "pinia";
import { reactive } from "vue";

import { ask, hub } from "@/api/client";
import type { FollowUp, Incident, MaintenanceItem, Page, QuarantinedMessage } from "@/api/shapes";

/** One list as a page shows it. */
export interface Ledger<Entry> {
  entries: Entry[];
  next: string | null;
  loading: boolean;
  failed: boolean;
  loaded: boolean;
}

interface Shelves {
  closed: Ledger<Incident>;
  maintenance: Ledger<MaintenanceItem>;
  "follow-up": Ledger<FollowUp>;
  quarantine: Ledger<QuarantinedMessage>;
}
export type LedgerName = keyof Shelves;

const PAGE_SIZE = 50;
type Position = { limit: number; cursor?: string };

const READ: { [Name in LedgerName]: (query: Position) => Promise<Page<Shelves[Name]["entries"][number]>> } = {
  closed: (query) => ask(hub.GET("/api/v1/incidents", { params: { query: { ...query, state: ["closed" as const] } } })),
  maintenance: (query) => ask(hub.GET("/api/v1/maintenance", { params: { query } })),
  "follow-up": (query) => ask(hub.GET("/api/v1/follow-ups", { params: { query } })),
  quarantine: (query) => ask(hub.GET("/api/v1/quarantine", { params: { query } })),
};

export const useLedgers = defineStore("ledgers", () => {
  const shelves: Shelves = reactive({
    closed: emptyLedger<Incident>(),
    maintenance: emptyLedger<MaintenanceItem>(),
    "follow-up": emptyLedger<FollowUp>(),
    quarantine: emptyLedger<QuarantinedMessage>(),
  });

  /** Read a list from its beginning, or its next page. */
  async function read(name: LedgerName, { more = false } = {}): Promise<void> {
    const ledger = shelves[name] as Ledger<unknown>;
    ledger.loading = true;
    try {
      const page = await READ[name]({ limit: PAGE_SIZE, ...(more && ledger.next !== null ? { cursor: ledger.next } : {}) });
      ledger.entries = more ? [...ledger.entries, ...page.items] : page.items;
      ledger.next = page.next ?? null;
      ledger.failed = false;
      ledger.loaded = true;
    } catch {
      ledger.failed = true;
    } finally {
      ledger.loading = false;
    }
  }

  /** The stream says that a list changed; one that was never looked at stays unread. */
  function markStale(name: LedgerName): void {
    if (shelves[name].loaded && !shelves[name].loading) void read(name);
  }

  return { shelves, read, markStale };
});

function emptyLedger<Entry>(): Ledger<Entry> {
  return { entries: [], next: null, loading: false, failed: false, loaded: false };
}
