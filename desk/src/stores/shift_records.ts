/** The record of shifts, as far as it has been read: a span of days, the newest first. */
import { defineStore } from "pinia";
import { ref } from "vue";

import { ask, hub } from "@/api/client";
import type { DutyShift } from "@/api/shapes";

/** A county's day has a handful of shifts. */
const PAGE_SIZE = 100;

/** Whole days in the time of the county, as `YYYY-MM-DD`, the last one included. */
export interface Days {
  first: string;
  last: string;
}

export const useShiftRecords = defineStore("shift records", () => {
  const shifts = ref<DutyShift[] | null>(null);
  const next = ref<string | null>(null);
  const loading = ref(false);
  const failed = ref(false);
  let newest = 0;

  /** Read it anew, or its next page; an answer that another question has overtaken is not shown. */
  async function read(days: Days, { more = false } = {}): Promise<void> {
    const mine = (newest += 1);
    loading.value = true;
    const query = { ...spanOf(days), limit: PAGE_SIZE, ...(more && next.value !== null ? { cursor: next.value } : {}) };
    try {
      const page = await ask(hub.GET("/api/v1/shifts", { params: { query } }));
      if (mine !== newest) return;
      shifts.value = more ? [...(shifts.value ?? []), ...page.items] : page.items;
      next.value = page.next ?? null;
      failed.value = false;
    } catch {
      if (mine === newest) failed.value = true;
    } finally {
      if (mine === newest) loading.value = false;
    }
  }

  return { shifts, next, loading, failed, read };
});

/** From the first day's beginning to the end of the last, where the county is. */
export function spanOf({ first, last }: Days): { from: string; to: string } {
  const end = new Date(Date.parse(`${last}T00:00:00+08:00`) + 86_400_000);
  return { from: `${first}T00:00:00+08:00`, to: end.toISOString() };
}
