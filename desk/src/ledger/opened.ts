/** The entry that is open beside a list: it stays, as it was left, when the list as it is narrowed holds it no longer. */
import { computed, shallowRef, watch, type ComputedRef } from "vue";

import type { LedgerAddress } from "./address";
import type { Ledger } from "./ledger";

export interface OpenedEntry<Entry> {
  opened: ComputedRef<Entry | null>;
  /** As it stands after something was done to it. */
  put: (entry: Entry) => void;
}

export function useOpenedEntry<Entry extends { id: string }>(ledger: Ledger<Entry>, address: LedgerAddress): OpenedEntry<Entry> {
  const kept = shallowRef<Entry | null>(null);
  const listed = computed(() => ledger.entries.find((entry) => entry.id === address.opened.value) ?? null);
  const opened = computed(() => listed.value ?? (kept.value !== null && kept.value.id === address.opened.value ? kept.value : null));
  watch(listed, (entry) => (kept.value = entry ?? kept.value), { immediate: true });

  function put(entry: Entry): void {
    kept.value = entry;
    ledger.put(entry, (other) => other.id === entry.id);
  }
  return { opened, put };
}
