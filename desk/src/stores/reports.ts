/** One report as it is read: a month or a stretch with what was before it, or a shift with its incidents. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { ask, hub } from "@/api/client";
import type { DutyShift, Report, ShiftReport } from "@/api/shapes";
import { before, monthsAfter, type Stretch } from "@/report/periods";

export type Asked =
  | { kind: "month"; month: string; division_id: string | null }
  | { kind: "shift"; stretch: Stretch; division_id: string | null };

/** Shifts of the last days: what one looks back at. */
const SHIFTS_SHOWN = 30;

export const useReports = defineStore("reports", () => {
  const report = shallowRef<Report | null>(null);
  const previous = shallowRef<Report | null>(null);
  const incidents = computed(() => (report.value !== null && "incidents" in report.value ? (report.value as ShiftReport).incidents : null));
  const shifts = shallowRef<DutyShift[]>([]);
  const loading = ref(false);
  const failed = ref(false);
  let newest = 0;

  async function read(asked: Asked): Promise<void> {
    const turn = ++newest;
    loading.value = true;
    failed.value = false;
    try {
      const [now, then] = await Promise.all([readOne(asked), readBefore(asked).catch(() => null)]);
      if (turn !== newest) return;
      report.value = now;
      previous.value = then;
    } catch {
      if (turn === newest) failed.value = true;
    } finally {
      if (turn === newest) loading.value = false;
    }
  }

  /** What may be chosen from; without it there are still the last hours. */
  async function readShifts(): Promise<void> {
    const page = await ask(hub.GET("/api/v1/shifts", { params: { query: { limit: SHIFTS_SHOWN } } })).catch(() => null);
    shifts.value = page?.items ?? [];
  }

  return { report, previous, incidents, shifts, loading, failed, read, readShifts };
});

function placed(division_id: string | null): { division_id?: string } {
  return division_id === null ? {} : { division_id };
}

function readOne(asked: Asked): Promise<Report | ShiftReport> {
  if (asked.kind === "month") {
    return ask(hub.GET("/api/v1/reports/month", { params: { query: { month: asked.month, ...placed(asked.division_id) } } }));
  }
  return ask(hub.GET("/api/v1/reports/shift", { params: { query: { ...asked.stretch, ...placed(asked.division_id) } } }));
}

function readBefore(asked: Asked): Promise<Report> {
  const where = placed(asked.division_id);
  if (asked.kind === "month") {
    return ask(hub.GET("/api/v1/reports/month", { params: { query: { month: monthsAfter(asked.month, -1), ...where } } }));
  }
  return ask(hub.GET("/api/v1/reports/range", { params: { query: { ...before(asked.stretch), ...where } } }));
}

/** Where the spreadsheet of the same is. */
export function spreadsheetAddress(asked: Asked, language: "zh" | "en"): string {
  const query = new URLSearchParams({ language, ...placed(asked.division_id) });
  if (asked.kind === "month") query.set("month", asked.month);
  else {
    query.set("from", asked.stretch.from);
    query.set("to", asked.stretch.to);
  }
  return `/api/v1/reports/${asked.kind}.xlsx?${query.toString()}`;
}
