/** What people have set aside for a time, and ending it before its time. */
import { defineStore } from "pinia";

import { ask, hub } from "@/api/client";
import type { Shelf, Shelvable } from "@/api/shapes";
import { newLedger, type Wanted } from "@/ledger/ledger";

const STANDING: Record<string, { ended?: boolean; all?: boolean }> = { holding: { ended: false }, ended: { ended: true }, "": { all: true } };

export const useShelves = defineStore("shelves", () => {
  const ledger = newLedger<Shelf>((position, wanted) => ask(hub.GET("/api/v1/shelves", { params: { query: { ...position, ...questionOf(wanted) } } })));

  const end = (id: string) => ask(hub.POST("/api/v1/shelves/{shelf_id}/end", { params: { path: { shelf_id: id } } }));

  return { ledger, end };
});

function questionOf(wanted: Wanted) {
  return {
    ...STANDING[wanted["state"] ?? ""],
    ...(wanted["q"] === undefined ? {} : { q: wanted["q"] }),
    ...(wanted["division_id"] === undefined ? {} : { division_id: wanted["division_id"] }),
    ...(wanted["device_id"] === undefined ? {} : { device_id: wanted["device_id"] }),
    ...(wanted["kind"] === undefined ? {} : { kind: [wanted["kind"] as Shelvable] }),
  };
}
