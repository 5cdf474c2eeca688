/** The rosters of one place over the days that are shown, and what is wrong with any of those in sight. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub } from "@/api/client";
import type {
  DutyCalendar,
  DutyDay,
  GapAhead,
  OnDutyAt,
  Operator,
  Override,
  OverrideBody,
  RosterBody,
  RosterEntry,
  SwapBody,
  UnreachableDuty,
} from "@/api/shapes";

/** Days in which a substitute can still be found. */
export const DAYS_AHEAD = 14;

export const useRosters = defineStore("rosters", () => {
  const calendar = shallowRef<DutyCalendar | null>(null);
  const entries = shallowRef<RosterEntry[]>([]);
  const overrides = shallowRef<Override[]>([]);
  const state = ref<"reading" | "read" | "failed">("reading");
  const gaps = shallowRef<GapAhead[]>([]);
  const unreachable = shallowRef<UnreachableDuty[]>([]);
  const faults = ref<"reading" | "read" | "failed">("reading");
  let asked = 0;

  /** The days [from, until) of a place. An answer that somebody else's question has overtaken is not shown. */
  async function read(division_id: string, from: string, until: string): Promise<void> {
    const mine = (asked += 1);
    if (calendar.value?.division_id !== division_id) calendar.value = null;
    if (calendar.value === null) state.value = "reading";
    try {
      const [days, roster, changes] = await Promise.all([
        ask(hub.GET("/api/v1/rosters/calendar", { params: { query: { division_id, from, until } } })),
        ask(hub.GET("/api/v1/rosters", { params: { query: { division_id } } })),
        ask(hub.GET("/api/v1/rosters/overrides", { params: { query: { division_id } } })),
      ]);
      if (mine !== asked) return;
      calendar.value = days;
      entries.value = roster.items;
      overrides.value = changes.items;
      state.value = "read";
    } catch {
      if (mine === asked) state.value = "failed";
    }
  }

  /** Hours that nobody has, and people nobody could ring, of every roster in sight. */
  async function readFaults(): Promise<void> {
    const params = { query: { days: DAYS_AHEAD } };
    try {
      const [found, people] = await Promise.all([
        ask(hub.GET("/api/v1/rosters/gaps", { params })),
        ask(hub.GET("/api/v1/rosters/unreachable", { params })),
      ]);
      gaps.value = found.items.filter((gap) => !gap.intended);
      unreachable.value = people.items;
      faults.value = "read";
    } catch {
      faults.value = "failed";
    }
  }

  const change = (body: OverrideBody) => ask(hub.POST("/api/v1/rosters/overrides", { body }));
  const exchange = (body: SwapBody) => ask(hub.POST("/api/v1/rosters/swaps", { body }));
  const withdraw = (override_id: string) => ask(hub.DELETE("/api/v1/rosters/overrides/{override_id}", { params: { path: { override_id } } }));
  const write = (body: RosterBody) => ask(hub.PUT("/api/v1/rosters", { body }));
  const preview = (body: RosterBody): Promise<DutyCalendar> => ask(hub.POST("/api/v1/rosters/preview", { body }));
  const lookUp = async (division_id: string, at: string): Promise<OnDutyAt["items"]> =>
    (await ask(hub.GET("/api/v1/rosters/on-duty", { params: { query: { division_id, at } } }))).items;
  const readDays = async (division_id: string, year: number): Promise<DutyDay[]> =>
    (await ask(hub.GET("/api/v1/rosters/days", { params: { query: { division_id, year } } }))).items;
  const sayDay = (division_id: string, day: string, kind: DutyDay["kind"] | null, name: string) =>
    ask(hub.PUT("/api/v1/rosters/days", { body: { division_id, days: [{ day, kind, name: name.trim() || "—" }] } }));
  const readAccounts = async (): Promise<Operator[]> => (await ask(hub.GET("/api/v1/operators"))).items;

  return {
    calendar, entries, overrides, state, gaps, unreachable, faults,
    read, readFaults, change, exchange, withdraw, write, preview, lookUp, readDays, sayDay, readAccounts,
  };
});
