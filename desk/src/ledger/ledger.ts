/**
 * A list as a page shows it: what was asked for, the pages that were read, and how the last reading went.
 *
 * The newest question wins: an answer that was overtaken by another search is thrown away. What is on the screen stays
 * there while it is read again, and when that fails.
 */
import { reactive } from "vue";

import type { Page } from "@/api/shapes";

/** What is asked for, by the names of the address: `{ state: "open", q: "李" }`. */
export type Wanted = Readonly<Record<string, string>>;
/** Where in a list: the hub's own words for it. */
export interface Position {
  limit: number;
  cursor?: string;
}
export type ReadPage<Entry> = (position: Position, wanted: Wanted) => Promise<Page<Entry>>;

export interface Ledger<Entry> {
  entries: Entry[];
  next: string | null;
  wanted: Wanted;
  loading: boolean;
  failed: boolean;
  loaded: boolean;
  /** Read what is wanted from its beginning - as far as it was read already - or its next page. */
  read: (options?: { more?: boolean }) => Promise<void>;
  /** Want something else; nothing happens when it is the same and has been read. */
  ask: (wanted: Wanted) => Promise<void>;
  /** The hub says that something changed; a list that was never looked at stays unread. */
  markStale: () => void;
  /** One entry as it stands now, in the place of the one before. */
  put: (entry: Entry, isSame: (other: Entry) => boolean) => void;
}

const PAGE_SIZE = 50;
/** The hub's own limit of a page. */
const READ_AT_ONCE_MAX = 1000;

export function newLedger<Entry>(readPage: ReadPage<Entry>): Ledger<Entry> {
  let question = 0;
  let readAgain = false;

  async function read({ more = false } = {}): Promise<void> {
    const cursor = more ? ledger.next : null;
    if (cursor === null) await fetchPage({ limit: Math.min(READ_AT_ONCE_MAX, Math.max(PAGE_SIZE, ledger.entries.length)) });
    else await fetchPage({ limit: PAGE_SIZE, cursor });
  }

  async function ask(wanted: Wanted): Promise<void> {
    if (ledger.loaded && sameWanted(wanted, ledger.wanted)) return read();
    ledger.wanted = wanted;
    await fetchPage({ limit: PAGE_SIZE });
    // what another question found must not stand under this one
    if (ledger.failed && sameWanted(wanted, ledger.wanted)) {
      ledger.entries = [];
      ledger.loaded = false;
    }
  }

  async function fetchPage(position: Position): Promise<void> {
    const asked = (question += 1);
    ledger.loading = true;
    try {
      const page = await readPage(position, ledger.wanted);
      if (asked !== question) return;
      ledger.entries = position.cursor === undefined ? page.items : [...ledger.entries, ...page.items];
      ledger.next = page.next ?? null;
      ledger.failed = false;
      ledger.loaded = true;
    } catch {
      if (asked === question) ledger.failed = true;
    } finally {
      if (asked === question) {
        ledger.loading = false;
        if (readAgain) markStale();
      }
    }
  }

  function markStale(): void {
    readAgain = ledger.loading;
    if (ledger.loaded && !ledger.loading) void read();
  }

  function put(entry: Entry, isSame: (other: Entry) => boolean): void {
    ledger.entries = ledger.entries.map((other) => (isSame(other) ? entry : other));
  }

  const ledger = reactive({
    entries: [],
    next: null,
    wanted: {},
    loading: false,
    failed: false,
    loaded: false,
    read,
    ask,
    markStale,
    put,
  }) as Ledger<Entry>;
  return ledger;
}

function sameWanted(left: Wanted, right: Wanted): boolean {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => left[name] === right[name]);
}
