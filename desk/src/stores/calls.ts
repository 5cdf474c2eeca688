/** Calls to the desk: the one that is being registered, and those on record. */
import { defineStore } from "pinia";
import { ref } from "vue";

import { ask, hub } from "@/api/client";
import type { Call, CallAnswer, CallerLookup, CallPurpose, Incident, NewCall } from "@/api/shapes";
import { candidateOf, type Candidate } from "@/call/candidates";
import { readNumber } from "@/call/number";
import { newLedger } from "@/ledger/ledger";

import { useIncidents } from "./incidents";

/** Whoever is on the line does not wait for a longer list. */
const PEOPLE_FOUND_MAX = 8;

export const useCalls = defineStore("calls", () => {
  const incidents = useIncidents();
  const shown = ref(false);
  /** The number a telephone has handed over; it waits here while somebody logs in. */
  const number = ref("");
  const ledger = newLedger<Call>((position, wanted) => {
    const query = { ...position, ...(wanted["q"] ? { search: wanted["q"] } : {}) };
    const purpose = wanted["purpose"] as CallPurpose | undefined;
    return ask(hub.GET("/api/v1/calls", { params: { query: purpose === undefined ? query : { ...query, purpose } } }));
  });

  /** Somebody is calling: show the form, with the number if a telephone told it. */
  function begin(told = ""): void {
    number.value = readNumber(told);
    shown.value = true;
  }

  /** Who may be calling. */
  function lookUp(phone: string): Promise<CallerLookup> {
    return ask(hub.GET("/api/v1/callers", { params: { query: { phone } } }));
  }

  /** People by name, for a caller who says whom it is about. */
  async function findPeople(search: string): Promise<Candidate[]> {
    const query = { search, limit: PEOPLE_FOUND_MAX };
    return (await ask(hub.GET("/api/v1/recipients", { params: { query } }))).items.map(candidateOf);
  }

  /** Put the call on record; what it did to an incident is in the queue at once. */
  async function register(call: NewCall): Promise<CallAnswer> {
    const kept = await ask(hub.POST("/api/v1/calls", { body: call }));
    if (kept.incident_now !== null) {
      incidents.put(kept.incident_now as Incident);
      incidents.select(kept.incident_now.id);
    }
    ledger.markStale();
    return kept;
  }

  return { shown, number, ledger, begin, lookUp, findPeople, register };
});
