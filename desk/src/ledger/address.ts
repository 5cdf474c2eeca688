/** What a list is asked for stands in its address: back, forward and a link in a message bring the same list again. */
import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter, type LocationQuery } from "vue-router";

import type { Wanted } from "./ledger";

/** The entry that is open beside the list; not a part of the question. */
export const OPENED = "open";

export interface LedgerAddress {
  /** What the address asks for, with what holds where it says nothing. */
  wanted: ComputedRef<Wanted>;
  /** Whether somebody has narrowed the list beyond what a page shows by itself. */
  narrowed: ComputedRef<boolean>;
  /** The id of the entry that is open. */
  opened: ComputedRef<string | null>;
  want: (name: string, value: string) => void;
  open: (id: string | null) => void;
  /** Back to what the page shows by itself. */
  widen: () => void;
}

/** `names`: what may be asked; `usual`: what holds where the address says nothing. */
export function useLedgerAddress(names: readonly string[], usual: Wanted = {}): LedgerAddress {
  const route = useRoute();
  const router = useRouter();
  const wanted = computed(() => readWanted(route.query, names, usual));
  const narrowed = computed(() => names.some((name) => (wanted.value[name] ?? "") !== (usual[name] ?? "")));
  const opened = computed(() => text(route.query[OPENED]) || null);

  function go(query: LocationQuery): void {
    void router.replace({ query });
  }
  function want(name: string, value: string): void {
    go(writeWanted(route.query, name, value, usual));
  }
  function open(id: string | null): void {
    const { [OPENED]: _, ...rest } = route.query;
    go(id === null ? rest : { ...rest, [OPENED]: id });
  }
  function widen(): void {
    go(Object.fromEntries(Object.entries(route.query).filter(([name]) => !names.includes(name))));
  }
  return { wanted, narrowed, opened, want, open, widen };
}

export function readWanted(query: LocationQuery, names: readonly string[], usual: Wanted): Wanted {
  const told = names.map((name) => [name, query[name] === undefined ? (usual[name] ?? "") : text(query[name])] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== "" && value !== ALL));
}

/** The query with another value; what is usual is left out, so that the plain address stays plain. */
export function writeWanted(query: LocationQuery, name: string, value: string, usual: Wanted): LocationQuery {
  const { [name]: _, ...rest } = query;
  if (value === (usual[name] ?? "")) return rest;
  return { ...rest, [name]: value === "" ? ALL : value };
}

/** Stands in an address for "all", where a page shows less by itself. */
const ALL = "all";

function text(told: LocationQuery[string] | undefined): string {
  const one = Array.isArray(told) ? told[0] : told;
  return one ?? "";
}
