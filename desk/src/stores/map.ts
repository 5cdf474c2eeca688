/**
 * What maps are drawn on, and what the board shows beside the incidents: places with their devices, and homes.
 *
 * The incidents themselves are those of `stores/incidents.ts`, live; this is read again when one comes or goes, and every
 * half minute for the devices.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowRef, watch } from "vue";

import { ask, hub } from "@/api/client";
import type { Board, MapBase } from "@/api/shapes";
import type { Point } from "@/map/datum";

import { useIncidents } from "./incidents";
import { useLink } from "./link";
import { useSession } from "./session";

/** Ticks come every five seconds. */
const TICKS_BETWEEN_LOOKS = 6;
/** A storm brings many at once: one look serves them all. */
const GATHER_MS = 400;

export const useMap = defineStore("map", () => {
  const session = useSession();
  const incidents = useIncidents();
  const link = useLink();
  const base = shallowRef<MapBase | null>(null);
  const baseFailed = ref(false);
  const board = shallowRef<Board | null>(null);
  const boardFailed = ref(false);
  /** How many pages look at the board: nobody asks for nobody. */
  const lookers = ref(0);
  let gathering: ReturnType<typeof setTimeout> | undefined;

  const homes = computed(() => new Map((board.value?.homes ?? []).map(({ incident_id, lat, lon }): [string, Point] => [incident_id, { lat, lon }])));
  /** Which incidents there are, as one text: that some are taken moves nobody's house. */
  const present = computed(() => [...incidents.known.keys()].sort().join());

  /** Read what maps are drawn on, unless it was read. */
  async function readBase(): Promise<void> {
    if (base.value !== null) return;
    try {
      base.value = await ask(hub.GET("/api/v1/map"));
      baseFailed.value = false;
    } catch {
      baseFailed.value = true;
    }
  }

  async function readBoard(): Promise<void> {
    try {
      board.value = await ask(hub.GET("/api/v1/board"));
      boardFailed.value = false;
    } catch {
      boardFailed.value = true;
    }
  }

  /** Put a place's centre, or take it away; refused: a `HubProblem`. */
  async function setCenter(divisionId: string, center: Point | null): Promise<void> {
    await ask(hub.PUT("/api/v1/divisions/{division_id}/center", { params: { path: { division_id: divisionId } }, body: { center } }));
    base.value = null;
    await Promise.all([readBase(), readBoard()]);
  }

  /** Look at the board from now on, until the returned function is called. */
  function look(): () => void {
    lookers.value += 1;
    void readBase();
    void readBoard();
    return () => {
      lookers.value -= 1;
    };
  }

  watch(present, () => {
    if (lookers.value === 0) return;
    clearTimeout(gathering);
    gathering = setTimeout(() => void readBoard(), GATHER_MS);
  });
  watch(
    () => Math.floor(link.ticks / TICKS_BETWEEN_LOOKS),
    () => {
      if (lookers.value > 0) void readBoard();
    },
  );
  watch(
    () => session.me?.id,
    () => {
      base.value = null;
      board.value = null;
    },
  );

  return { base, baseFailed, board, boardFailed, homes, readBase, readBoard, setCenter, look };
});
