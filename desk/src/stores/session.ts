/** Who is logged in. A 401 anywhere ends the session here, and the pages go back to the log-in. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { ask, hub, HubProblem, onRefusal } from "@/api/client";
import type { Me } from "@/api/shapes";

import { useClock } from "./clock";

/** Whose presence mans a desk, and who acts at incidents; the hub asks the same (`DESK_ROLES`). */
export function mansDesk(role: Me["role"]): boolean {
  return role === "operator" || role === "supervisor" || role === "admin";
}

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  /** The session ended without a log-out: the log-in page says so. */
  const expired = ref(false);
  /** They act at incidents and write files; others only look. */
  const mayAct = computed(() => me.value !== null && mansDesk(me.value.role));
  const clock = useClock();

  onRefusal((problem) => {
    if (problem.status === 401 && me.value !== null) {
      me.value = null;
      expired.value = true;
    }
  });

  /** Ask the hub who we are. No session is no error, it leaves `me` empty; a silent hub changes nothing. */
  async function recognise(): Promise<void> {
    try {
      me.value = await ask(hub.GET("/api/v1/me"));
      clock.learn(me.value.server_time);
    } catch (problem) {
      if (problem instanceof HubProblem && problem.status === 401) me.value = null;
    }
  }

  async function logIn(login: string, password: string): Promise<void> {
    const known = await ask(hub.POST("/api/v1/sessions", { body: { login, password } }));
    clock.learn(known.server_time);
    me.value = known;
    expired.value = false;
  }

  async function logOut(): Promise<void> {
    await ask(hub.DELETE("/api/v1/sessions/current")).catch(() => undefined);
    me.value = null;
    expired.value = false;
  }

  return { me, expired, mayAct, recognise, logIn, logOut };
});
