/**
 * Whether this page is on duty, and what the browser granted it.
 *
 * Per page, not per browser: after a reload sound is locked again, so the gate stands there again.
 */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { sounder } from "@/audio/sounder";

export type Grant = "pending" | "ready" | "unavailable" | "denied";

/** A hush is for finishing a sentence on the telephone, never for the night. */
export const HUSH_MS = 30_000;

export const useShift = defineStore("shift", () => {
  /** Who passed the gate on this page; somebody else who logs in later passes it again. */
  const operatorId = ref<string | null>(null);
  const onDuty = computed(() => operatorId.value !== null);
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

  function begin(id: string): void {
    operatorId.value = id;
    document.addEventListener("visibilitychange", holdScreenAgain);
  }

  function end(): void {
    operatorId.value = null;
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

  return { operatorId, onDuty, wakeLock, notifications, hushedUntil_ms, soundBlocked, prepare, begin, end, hush, unhush };
});
