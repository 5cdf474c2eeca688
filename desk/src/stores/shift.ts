/**
 * Whether this page is on duty, and what the browser granted it.
 *
 * Per page, not per browser: after a reload sound is locked again, so the gate stands there again. Whoever may hold no
 * incident has the sound and does not count as somebody at the desk; whoever came to the office, not to the desk, has
 * neither.
 */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import type { Me } from "@/api/shapes";
import { sounder } from "@/audio/sounder";

import { mansDesk } from "./session";

export type Grant = "pending" | "ready" | "unavailable" | "denied";

/** A hush is for finishing a sentence on the telephone, never for the night. */
export const HUSH_MS = 30_000;

export const useShift = defineStore("shift", () => {
  /** Who passed the gate on this page; somebody else who logs in later passes it again. */
  const operatorId = ref<string | null>(null);
  /** Passed it to work at the desk; else only to look something up. */
  const onDuty = ref(false);
  /** Their presence is said to the hub. */
  const counted = ref(false);
  const wakeLock = ref<Grant>("pending");
  const notifications = ref<Grant>("pending");
  const hushedUntil_ms = ref(0);
  const soundBlocked = computed(() => sounder.state.value !== "running");
  let lock: WakeLockSentinel | null = null;

  /** From the click on 开始值班: sound, wake lock, leave to notify. A refusal of the last two stops nothing. */
  async function prepare(): Promise<void> {
    void askToNotify();
    void holdScreen();
    await sounder.unlock();
  }

  function begin(me: Pick<Me, "id" | "role">): void {
    operatorId.value = me.id;
    onDuty.value = true;
    counted.value = mansDesk(me.role);
    document.addEventListener("visibilitychange", holdScreenAgain);
  }

  /** Past the gate without duty: nothing sounds, nobody counts on this page. */
  function lookOnly(me: Pick<Me, "id">): void {
    operatorId.value = me.id;
    onDuty.value = false;
    counted.value = false;
  }

  function end(): void {
    operatorId.value = null;
    onDuty.value = false;
    counted.value = false;
    hushedUntil_ms.value = 0;
    document.removeEventListener("visibilitychange", holdScreenAgain);
    sounder.keepSounding(null);
    void lock?.release();
    lock = null;
  }

  function hush(now_ms: number): void {
    hushedUntil_ms.value = now_ms + HUSH_MS;
  }

  function unhush(): void {
    hushedUntil_ms.value = 0;
  }

  async function holdScreen(): Promise<void> {
    if (!("wakeLock" in navigator)) {
      wakeLock.value = "unavailable";
      return;
    }
    try {
      lock = await navigator.wakeLock.request("screen");
      wakeLock.value = "ready";
    } catch {
      wakeLock.value = "denied";
    }
  }

  /** The browser lets go of the lock whenever the page is hidden. */
  function holdScreenAgain(): void {
    if (document.visibilityState === "visible") void holdScreen();
  }

  async function askToNotify(): Promise<void> {
    if (!globalThis.isSecureContext || !("Notification" in globalThis)) {
      notifications.value = "unavailable";
      return;
    }
    const granted = await Notification.requestPermission();
    notifications.value = granted === "granted" ? "ready" : granted === "denied" ? "denied" : "pending";
  }

  return {
    operatorId, onDuty, counted, wakeLock, notifications, hushedUntil_ms, soundBlocked,
    prepare, begin, lookOnly, end, hush, unhush,
  };
});
