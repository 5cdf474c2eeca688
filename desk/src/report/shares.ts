/** Shares as a report says them: in per cent with one decimal, beside the target and what was before. */
import type { Share } from "@/api/shapes";

/** 97.5 %; a dash where there was nothing to reckon from. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "—" : `${(share * 100).toFixed(1)}%`;
}

/** Points that are missing to the target; null where it is met, or where there is no target or nothing to judge. */
export function pointsShort({ share, target }: Share): string | null {
  if (share === null || target === null || share >= target) return null;
  return ((target - share) * 100).toFixed(1);
}
