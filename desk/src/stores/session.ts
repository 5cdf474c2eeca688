/** Who is logged in. A 401 anywhere ends the session here, and the pages go back to the log-in. */
import { defineStore } from "pinia";
import { ref } from "vue";

import { ask, hub, onRefusal } from "@/api/client";
import type { Me } from "@/api/shapes";

import { useClock } from "./clock";

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  /** The session ended without a log-out: the log-in page says so. */
  const expired = ref(false);
  const clock = useClock();

  onRefusal((problem) => {
    if (problem.status === 401 && me.value !== null) {
      me.value = null;
      expired.value = true;
    }
  });

  /** Ask the hub who we are; a missing session is no error, it leaves `me` empty. */
  async function recognise(): Promise<void> {
    me.value = await ask(hub.GET("/me")).catch(() => null);
    if (me.value !== null) clock.learn(me.value.server_time);
  }

  async function logIn(login: string, password: string): Promise<void> {
    await ask(hub.POST("/sessions", { body: { login, password } }));
    const known = await ask(hub.GET("/me"));
    clock.learn(known.server_time);
    me.value = known;
    expired.value = false;
  }

  async function logOut(): Promise<void> {
    await ask(hub.DELETE("/sessions/current")).catch(() => undefined);
    me.value = null;
    expired.value = false;
  }

  return { me, expired, recognise, logIn, logOut };
});
