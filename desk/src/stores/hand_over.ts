/**
 * The hand-over between shifts: what it shows, and the signatures under it.
 *
 * A hub that cannot be asked keeps nobody from the desk: who has passed the gate is on duty, and the record is written
 * as soon as the hub answers.
 */
import { defineStore } from "pinia";
import { ref } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { DutyShift, EndedShift, HandOver, ShiftNote } from "@/api/shapes";
import { deskId } from "@/desk_identity";

import { useShift } from "./shift";

const SIGN_AGAIN_AFTER_MS = 10_000;

export interface Successor {
  login: string;
  password: string;
}

/** Which field was refused, as the page marks it. */
export type Refusal = "password" | "successor" | "unable" | "locked" | "no_shift" | "unreachable";

export const useHandOver = defineStore("hand over", () => {
  const shift = useShift();
  const view = ref<HandOver | null>(null);
  const loading = ref(false);
  const failed = ref(false);
  /** The shift that was begun here, once the hub has it on record. */
  const record = ref<DutyShift | null>(null);

  async function read(): Promise<void> {
    loading.value = true;
    try {
      const query = { desk_id: deskId() };
      view.value = (await ask(hub.GET("/api/v1/shifts/hand-over", { params: { query } }))) as HandOver;
      failed.value = false;
    } catch {
      failed.value = true;
    } finally {
      loading.value = false;
    }
  }

  /** Ids of what the screen showed: that is what is signed for. */
  function shown() {
    const ids = (entries: { id: string }[] | undefined) => (entries ?? []).map((entry) => entry.id);
    const now = view.value;
    return {
      incident_ids: ids(now?.incidents),
      shelf_ids: ids(now?.shelves),
      note_ids: ids(now?.notes),
      outage_ids: ids(now?.outages),
    };
  }

  /** Begin the shift, or go on with it; again and again while the hub cannot be asked and this page is on duty. */
  async function sign(operatorId: string): Promise<void> {
    const body = { desk_id: deskId(), shown: shown() };
    while (shift.counted && shift.operatorId === operatorId) {
      try {
        record.value = await ask(hub.POST("/api/v1/shifts", { body }));
        return;
      } catch (problem) {
        if (problem instanceof HubProblem && (problem.status === 401 || problem.status === 403)) return;
        await new Promise((resolve) => setTimeout(resolve, SIGN_AGAIN_AFTER_MS));
      }
    }
  }

  async function writeNote(text: string): Promise<ShiftNote> {
    const note = await ask(hub.POST("/api/v1/shifts/notes", { body: { text } }));
    if (view.value !== null) view.value = { ...view.value, notes: [note, ...view.value.notes] };
    return note;
  }

  /** Leave, to a successor or to nobody; what was refused, or the shift as it ended. */
  async function leave(password: string, successor: Successor | null): Promise<EndedShift | Refusal> {
    try {
      const ended = await ask(hub.POST("/api/v1/shifts/current/end", { body: { password, successor, shown: shown() } }));
      record.value = null;
      return ended;
    } catch (problem) {
      return problem instanceof HubProblem ? refusalOf(problem) : "unreachable";
    }
  }

  return { view, loading, failed, record, read, sign, writeNote, leave };
});

function refusalOf(problem: HubProblem): Refusal {
  if (problem.status === 429) return "locked";
  if (problem.code === "no_shift") return "no_shift";
  if (problem.status !== 422) return "unreachable";
  const detail = problem.detail ?? "";
  if (detail.startsWith("successor.password")) return "successor";
  return detail.startsWith("successor") ? "unable" : "password";
}
