/**
 * Who mans this desk: whether this tab is the one that sounds, and whether the operator has stepped away (暂离).
 *
 * All tabs of a browser are one desk. What they have in common is decided by the worker (`realtime/`); a tab that hears
 * nothing of the worker sounds: two voices are a nuisance, none is a danger.
 */
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";

import { deskId } from "@/desk_identity";
import { WORKER_SILENT_MS } from "@/realtime/stream_page";

import { useClock } from "./clock";
import { useLink } from "./link";
import { useShift } from "./shift";

/** Stepping away is for a quarter of an hour; then the desk calls its operator back, again and again. */
export const AWAY_LONG_MS = 15 * 60_000;

export const useManning = defineStore("manning", () => {
  const clock = useClock();
  const link = useLink();
  const shift = useShift();

  const voiceTold = ref(true);
  const heardAt_ms = ref(Number.NEGATIVE_INFINITY);
  const awaySince_ms = ref<number | null>(null);
  const othersPresent = ref<number | null>(null);

  const voice = computed(() => voiceTold.value || clock.steady_ms - heardAt_ms.value > WORKER_SILENT_MS);
  /** The hub has been told that somebody sits here, or has stepped away. */
  const said = computed(() => shift.counted && othersPresent.value !== null);
  const away = computed(() => awaySince_ms.value !== null);
  const awayFor_ms = computed(() => (awaySince_ms.value === null ? 0 : Math.max(0, clock.now_ms - awaySince_ms.value)));
  const awayLong = computed(() => awayFor_ms.value >= AWAY_LONG_MS);

  link.onWord((word) => {
    heardAt_ms.value = performance.now();
    if (word.type === "voice") voiceTold.value = word.yours;
    if (word.type === "standing") {
      awaySince_ms.value = word.away_since_ms;
      othersPresent.value = word.others_present;
    }
  });
  // a computer that slept, or a worker that died, brings nobody back to the desk
  link.onBeforeJoin(() => {
    if (awaySince_ms.value !== null) link.tell({ type: "away", since_ms: awaySince_ms.value });
  });
  link.onJoin(tellAll);
  watch([() => shift.onDuty, () => shift.counted, () => shift.soundBlocked], tellAll);

  function tellAll(): void {
    link.tell({ type: "audible", audible: shift.onDuty && !shift.soundBlocked });
    link.tell({ type: "duty", deskId: shift.counted ? deskId() : null });
  }

  /** The ladder goes on at once to whoever is next; the sound here goes on as well, for whoever passes by. */
  function stepAway(): void {
    awaySince_ms.value = clock.now_ms;
    othersPresent.value = null;
    link.tell({ type: "away", since_ms: clock.now_ms });
  }

  function comeBack(): void {
    awaySince_ms.value = null;
    link.tell({ type: "back" });
  }

  /** Before the desk is left: no beat may come after the word that nobody sits here. */
  function fallSilent(): void {
    link.tell({ type: "duty", deskId: null });
  }

  return { voice, said, away, awaySince_ms, awayFor_ms, awayLong, othersPresent, stepAway, comeBack, fallSilent, speakAgain: tellAll };
});
