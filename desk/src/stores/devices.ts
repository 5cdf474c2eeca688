/** The devices of the registry as a list, and what is done to one of them. */
import { defineStore } from "pinia";

import { ask, hub } from "@/api/client";
import type { CommandBody, DeviceBody, DeviceKind, DeviceSort, DeviceStanding, RegistryDevice, Shelvable } from "@/api/shapes";
import { newLedger, type Wanted } from "@/ledger/ledger";

export const useDevices = defineStore("devices", () => {
  const ledger = newLedger<RegistryDevice>((position, wanted) => ask(hub.GET("/api/v1/devices", { params: { query: { ...position, ...questionOf(wanted) } } })));

  const at = (id: string) => ({ params: { path: { device_id: id } } });
  const find = (id: string) => ask(hub.GET("/api/v1/devices/{device_id}", at(id)));
  const register = (body: DeviceBody) => ask(hub.POST("/api/v1/devices", { body }));
  const change = (id: string, body: { model?: string | null; serial?: string | null; phone?: string | null }) =>
    ask(hub.PATCH("/api/v1/devices/{device_id}", { ...at(id), body }));
  const assign = (id: string, recipientId: string) => ask(hub.POST("/api/v1/devices/{device_id}/assignments", { ...at(id), body: { recipient_id: recipientId } }));
  const unassign = (id: string) => ask(hub.DELETE("/api/v1/devices/{device_id}/assignments/current", at(id)));
  const send = (id: string, body: CommandBody) => ask(hub.POST("/api/v1/devices/{device_id}/commands", { ...at(id), body }));
  const openWindow = (id: string, minutes: number) => ask(hub.POST("/api/v1/devices/{device_id}/test-window", { ...at(id), body: { minutes } }));
  const closeWindow = (id: string) => ask(hub.DELETE("/api/v1/devices/{device_id}/test-window", at(id)));
  const shelve = (id: string, kinds: Shelvable[], until: string, reason: string) =>
    ask(hub.POST("/api/v1/devices/{device_id}/shelve", { ...at(id), body: { kinds, until, reason } }));
  const revoke = (id: string) => ask(hub.POST("/api/v1/devices/{device_id}/revoke", at(id)));

  return { ledger, find, register, change, assign, unassign, send, openWindow, closeWindow, shelve, revoke };
});

function questionOf(wanted: Wanted) {
  return {
    ...(wanted["q"] === undefined ? {} : { q: wanted["q"] }),
    ...(wanted["division_id"] === undefined ? {} : { division_id: wanted["division_id"] }),
    ...(wanted["kind"] === undefined ? {} : { kind: [wanted["kind"] as DeviceKind] }),
    ...(wanted["standing"] === undefined ? {} : { standing: wanted["standing"] as DeviceStanding }),
    ...(wanted["sort"] === undefined ? {} : { sort: wanted["sort"] as DeviceSort }),
  };
}
