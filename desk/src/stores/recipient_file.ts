/**
 * One person's file as it is read and written at the desk.
 *
 * Everything that is written answers with the file as it is then, or is followed by reading it again: what is shown is
 * what the hub has. A file that was left is forgotten; what comes late for another one is thrown away.
 */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { ask, hub, HubProblem } from "@/api/client";
import type { Contact, ModeName, ModeRule, RecipientFile, RecipientPatch } from "@/api/shapes";

import { useSession } from "./session";

export type ContactBody = Partial<Pick<Contact, "name" | "phone" | "relation" | "order" | "holds_key">>;

/** What an operator may write: learnt on the telephone at night, and needed by the next one. */
const OPERATORS_FIELDS = new Set(["care_notes", "address_note", "phone"]);
/** Between two contacts there is room for one more. */
const ORDER_STEP = 10;

export const useRecipientFile = defineStore("recipient-file", () => {
  const session = useSession();
  const file = shallowRef<RecipientFile | null>(null);
  const state = ref<"reading" | "read" | "failed" | "missing">("reading");
  const modeRules = shallowRef<ModeRule[]>([]);
  let wanted: string | null = null;

  const mayWrite = computed(() => session.mayAct);
  const mayWriteAll = computed(() => ["admin", "supervisor"].includes(session.me?.role ?? ""));
  const mayWriteField = (field: string) => mayWriteAll.value || (mayWrite.value && OPERATORS_FIELDS.has(field));

  async function open(id: string): Promise<void> {
    if (wanted !== id) {
      wanted = id;
      file.value = null;
    }
    await read();
  }

  function leave(): void {
    wanted = null;
    file.value = null;
    state.value = "reading";
  }

  async function read(): Promise<void> {
    const id = wanted;
    if (id === null) return;
    if (file.value === null) state.value = "reading";
    try {
      const told = await ask(hub.GET("/api/v1/recipients/{recipient_id}", { params: { path: { recipient_id: id } } }));
      if (id !== wanted) return;
      file.value = told;
      state.value = "read";
    } catch (problem) {
      if (id !== wanted) return;
      const gone = problem instanceof HubProblem && (problem.status === 404 || problem.status === 403 || problem.status === 422);
      if (gone || file.value === null) state.value = gone ? "missing" : "failed";
    }
  }

  /** Write what is named; throws `HubProblem`. */
  async function change(changes: RecipientPatch): Promise<void> {
    const id = idOrThrow();
    const told = await ask(hub.PATCH("/api/v1/recipients/{recipient_id}", { params: { path: { recipient_id: id } }, body: changes as never }));
    if (id === wanted) file.value = told;
  }

  async function putPhoto(recipient_id: string, photo: Blob): Promise<void> {
    const params = { path: { recipient_id } };
    const asItIs = { bodySerializer: <Body>(body: Body) => body, headers: { "Content-Type": photo.type } };
    await ask(hub.PUT("/api/v1/recipients/{recipient_id}/photo", { params, body: photo as never, ...asItIs }));
    if (recipient_id === wanted) await read();
  }
  async function removePhoto(): Promise<void> {
    await ask(hub.DELETE("/api/v1/recipients/{recipient_id}/photo", { params: { path: { recipient_id: idOrThrow() } } }));
    await read();
  }

  async function addContact(body: ContactBody & { name: string; phone: string }): Promise<void> {
    const recipient_id = idOrThrow();
    await ask(hub.POST("/api/v1/recipients/{recipient_id}/contacts", { params: { path: { recipient_id } }, body: body as never }));
    await read();
  }
  async function changeContact(contact_id: string, body: ContactBody): Promise<void> {
    const path = { recipient_id: idOrThrow(), contact_id };
    await ask(hub.PATCH("/api/v1/recipients/{recipient_id}/contacts/{contact_id}", { params: { path }, body: body as never }));
    await read();
  }
  async function removeContact(contact_id: string): Promise<void> {
    const path = { recipient_id: idOrThrow(), contact_id };
    await ask(hub.DELETE("/api/v1/recipients/{recipient_id}/contacts/{contact_id}", { params: { path } }));
    await read();
  }

  /** The contacts in this order; only those whose place is another are written. */
  async function orderContacts(ids: readonly string[]): Promise<void> {
    const recipient_id = idOrThrow();
    const before = new Map((file.value?.contacts ?? []).map((contact) => [contact.id, contact.order]));
    for (const [index, contact_id] of ids.entries()) {
      const order = (index + 1) * ORDER_STEP;
      if (before.get(contact_id) === order) continue;
      const path = { recipient_id, contact_id };
      await ask(hub.PATCH("/api/v1/recipients/{recipient_id}/contacts/{contact_id}", { params: { path }, body: { order } as never }));
    }
    await read();
  }

  async function enterMode(mode: ModeName, from: string | null, until: string | null): Promise<void> {
    const recipient_id = idOrThrow();
    const body = { mode, ...(from === null ? {} : { from }), ...(until === null ? {} : { until }) };
    await ask(hub.POST("/api/v1/recipients/{recipient_id}/modes", { params: { path: { recipient_id } }, body: body as never }));
    await read();
  }
  async function endMode(): Promise<void> {
    const recipient_id = idOrThrow();
    await ask(hub.DELETE("/api/v1/recipients/{recipient_id}/modes/current", { params: { path: { recipient_id } } }));
    await read();
  }
  async function readModeRules(): Promise<void> {
    if (modeRules.value.length === 0) modeRules.value = (await ask(hub.GET("/api/v1/modes"))).items;
  }

  async function assignDevice(device_id: string): Promise<void> {
    const body = { recipient_id: idOrThrow() };
    await ask(hub.POST("/api/v1/devices/{device_id}/assignments", { params: { path: { device_id } }, body: body as never }));
    await read();
  }
  async function unassignDevice(device_id: string): Promise<void> {
    await ask(hub.DELETE("/api/v1/devices/{device_id}/assignments/current", { params: { path: { device_id } } }));
    await read();
  }

  function idOrThrow(): string {
    if (wanted === null) throw new Error("no file is open");
    return wanted;
  }

  return {
    file, state, modeRules, mayWrite, mayWriteAll, mayWriteField,
    open, leave, read, change, putPhoto, removePhoto, addContact, changeContact, removeContact, orderContacts,
    enterMode, endMode, readModeRules, assignDevice, unassignDevice,
  };
});
