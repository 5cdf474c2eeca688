/** Scripts as a supervisor writes them: all that hold here, the versions of one, and what is different for a person. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub } from "@/api/client";
import type { RecipientScript, Script, ScriptAddition, ScriptStep, ScriptVersion } from "@/api/shapes";
import type { Case } from "@/script/cases";
import type { DraftStep } from "@/script/steps";

/** A script that is being written; it waits here when its writer looks at another page. */
export interface ScriptDraft {
  /** Whose next version it is; null: the first of this place's own for the case. */
  script: Script | null;
  of: Case;
  steps: DraftStep[];
  note: string;
}

export const useScripts = defineStore("scripts", () => {
  const scripts = shallowRef<Script[]>([]);
  const loaded = ref(false);
  const loading = ref(false);
  const failed = ref(false);
  const draft = ref<ScriptDraft | null>(null);

  async function load(): Promise<void> {
    loading.value = true;
    try {
      scripts.value = (await ask(hub.GET("/api/v1/scripts"))).items;
      loaded.value = true;
      failed.value = false;
    } catch {
      failed.value = true;
    } finally {
      loading.value = false;
    }
  }

  const at = (id: string) => ({ params: { path: { script_id: id } } });

  function put(script: Script): Script {
    const others = scripts.value.filter((one) => one.id === null || one.id !== script.id);
    scripts.value = [...others, script];
    return script;
  }

  /** The first version of this place's own script for a case. */
  async function create(of: Case, steps: ScriptStep[], note: string): Promise<Script> {
    type Body = NonNullable<Parameters<typeof hub.POST<"/api/v1/scripts", never>>[1]>["body"];
    const body = { ...of, steps, note: note.trim() || null } as Body;
    return put(await ask(hub.POST("/api/v1/scripts", { body })));
  }

  /** The next version of a script, following the one that was read. */
  async function write(script: Script, steps: ScriptStep[], note: string): Promise<Script> {
    const body = { steps, based_on: script.version, note: note.trim() || null };
    return put(await ask(hub.PUT("/api/v1/scripts/{script_id}", { ...at(script.id ?? ""), body })));
  }

  async function withdraw(script: Script): Promise<Script> {
    return put(await ask(hub.DELETE("/api/v1/scripts/{script_id}", at(script.id ?? ""))));
  }

  async function restore(script: Script, version: number): Promise<Script> {
    return put(await ask(hub.POST("/api/v1/scripts/{script_id}/restore", { ...at(script.id ?? ""), body: { version } })));
  }

  async function versionsOf(script: Script): Promise<ScriptVersion[]> {
    return script.id === null ? [] : (await ask(hub.GET("/api/v1/scripts/{script_id}/versions", at(script.id)))).items;
  }

  const of = (recipientId: string) => ({ params: { path: { recipient_id: recipientId } } });

  function ofRecipient(recipientId: string): Promise<RecipientScript> {
    return ask(hub.GET("/api/v1/recipients/{recipient_id}/script", of(recipientId)));
  }

  function writeOfRecipient(recipientId: string, additions: ScriptAddition[]): Promise<RecipientScript> {
    type Body = NonNullable<Parameters<typeof hub.PUT<"/api/v1/recipients/{recipient_id}/script", never>>[1]>["body"];
    return ask(hub.PUT("/api/v1/recipients/{recipient_id}/script", { ...of(recipientId), body: { additions } as Body }));
  }

  return { scripts, loaded, loading, failed, draft, load, create, write, withdraw, restore, versionsOf, ofRecipient, writeOfRecipient };
});
