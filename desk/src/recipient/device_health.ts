/**
 * How a device of somebody's is, in one word for a list: what is wrong comes before what is only so.
 *
 * `trouble`: somebody has to mend it (a maintenance item is open); `offline`: it is silent; `not_worn`: it works and
 * cannot see the person; `unseen`: it was never heard of; `well`: nothing to say.
 */
import type { ListedDevice } from "@/api/shapes";

export type Health = "trouble" | "offline" | "unseen" | "not_worn" | "well";

const WORN_KINDS = new Set(["smartwatch", "wristband"]);

export function healthOf(device: ListedDevice): Health {
  if (device.troubles.length > 0) return "trouble";
  if (device.last_seen_at === null) return "unseen";
  if (device.online === false) return "offline";
  if (WORN_KINDS.has(device.kind) && device.worn === false && device.charging !== true) return "not_worn";
  return "well";
}
