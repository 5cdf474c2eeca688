/** A severity's shape on a field of 20: told apart without colour, in the queue as on the map. */
import type { Severity } from "@/api/shapes";

export const SEVERITY_SHAPES: Record<Severity, string> = {
  critical: "M7 0h6l7 7v6l-7 7H7l-7-7V7z",
  high: "M10 1l10 18H0z",
  medium: "M2 2h16v16H2z",
  low: "M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
};
