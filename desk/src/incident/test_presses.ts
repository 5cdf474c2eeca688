/**
 * Test presses: while somebody tries a device its press may be confirmed as a test, for two minutes.
 *
 * Until then it is real in everything but that the people outside of the desk are told a little later.
 */
import type { Incident } from "@/api/shapes";

/** How long it may still be confirmed as a test; null: it is real, or over. */
export function testPendingFor_s(incident: Incident, now_ms: number): number | null {
  if (incident.test_pending_until === null || incident.state === "closed") return null;
  const left_s = (Date.parse(incident.test_pending_until) - now_ms) / 1000;
  return left_s > 0 ? left_s : null;
}
