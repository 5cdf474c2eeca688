/**
 * Single-key shortcuts (WCAG 2.1.4): they can be switched off and given other keys, and never fire while something is
 * being typed or a dialog is open. Which key does what is `keys/key_map.ts`; this file listens, and tells what to show.
 */
import { onBeforeUnmount, onMounted } from "vue";

import { labelOf, SHORTCUT_NAMES, type ShortcutName } from "@/keys/key_map";
import { usePreferences } from "@/stores/preferences";

/** Do this when the key of that name is pressed, as long as the component is there. */
export function useShortcuts(actions: Partial<Record<ShortcutName, () => void>>): void {
  const preferences = usePreferences();

  function onKey(event: KeyboardEvent): void {
    if (!preferences.shortcuts || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target) || document.querySelector("[role=dialog]:not([hidden])")?.checkVisibility()) return;
    const name = SHORTCUT_NAMES.find((one) => preferences.keys[one] === event.code);
    const action = name === undefined ? undefined : actions[name];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  onMounted(() => globalThis.addEventListener("keydown", onKey));
  onBeforeUnmount(() => globalThis.removeEventListener("keydown", onKey));
}

/** What to show on a button: the key of a shortcut as it is printed, or null while shortcuts are off. */
export function useKeys() {
  const preferences = usePreferences();
  return { keyOf: (name: ShortcutName): string | null => (preferences.shortcuts ? labelOf(preferences.keys[name]) : null) };
}

/** Bring the keyboard back to the queue, where Enter takes. */
export function focusQueue(): void {
  document.querySelector<HTMLElement>("[data-queue]")?.focus();
}

/** Whether the keyboard is in a field: then nothing may be moved under the operator's hands. */
export function isTyping(target: EventTarget | null = document.activeElement): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}
