/** Every setting there is, with its default and its bounds: the hub's own list, read once. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub } from "@/api/client";
import type { SettingRule } from "@/api/shapes";

export const useSettingRules = defineStore("setting-rules", () => {
  const rules = shallowRef<SettingRule[]>([]);
  const state = ref<"unread" | "reading" | "read" | "failed">("unread");

  async function read(): Promise<void> {
    if (state.value === "reading" || state.value === "read") return;
    state.value = "reading";
    try {
      rules.value = (await ask(hub.GET("/api/v1/monitoring-settings"))).items;
      state.value = "read";
    } catch {
      state.value = "failed";
    }
  }

  return { rules, state, read };
});
