/** Modes: where a person is said to be. */
import type { RecipientFile } from "@/api/shapes";

type Mode = RecipientFile["modes"][number];

/** The mode that began last among those that hold now; null: at home. */
export function modeAt(modes: Mode[], now_ms: number): Mode | null {
  const began_ms = (mode: Mode) => Date.parse(mode.from);
  const holding = modes.filter(
    (mode) => began_ms(mode) <= now_ms && (mode.until === null || now_ms < Date.parse(mode.until)),
  );
  const last = holding.sort((left, right) => began_ms(right) - began_ms(left))[0];
  return last === undefined || last.mode === "home" ? null : last;
}
