/**
 * Single-key shortcuts (WCAG 2.1.4): they can be switched off, and never fire while something is being typed.
 *
 * Keys are told by their place (`KeyC`), not their letter: with a Chinese input method on, the letter never arrives.
 */
import { onBeforeUnmount, onMounted } from "vue";

import { usePreferences } from "@/stores/preferences";

export function useShortcuts(actions: Record<string, () => void>): void {
  const preferences = usePreferences();

  function onKey(event: KeyboardEvent): void {
    if (!preferences.shortcuts || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target) || document.querySelector("[role=dialog]:not([hidden])")?.checkVisibility()) return;
    const action = actions[event.code];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  onMounted(() => globalThis.addEventListener("keydown", onKey));
  onBeforeUnmount(() => globalThis.removeEventListener("keydown", onKey));
}

/** Bring the keyboard back to the queue, where Enter takes. */
export function focusQueue(): void {
  document.querySelector<HTMLElement>("[data-queue]")?.focus();
}

/** Whether the keyboard is in a field: then nothing may be moved under the operator's hands. */
export function isTyping(target: EventTarget | null = document.activeElement): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}
