/**
 * What Enter in the queue does: it takes what nobody has, and says "heard" to a new press on what one has already.
 *
 * A taken incident that sounds because nobody was called is not silenced by a key: calling is what silences it.
 */
import type { Incident } from "@/api/shapes";

/** Pressed again after it was taken, and not yet heard. */
export function isPressedAgain(incident: Incident): boolean {
  const { state, sounding, acknowledged_at, last_alert_at } = incident;
  return (
    state === "acknowledged" && sounding && acknowledged_at !== null && Date.parse(last_alert_at) > Date.parse(acknowledged_at)
  );
}

/** Whether taking it means something, for this operator. */
export function canTake(incident: Incident, operatorId: string | undefined): boolean {
  if (incident.state === "open") return true;
  return isPressedAgain(incident) && incident.acknowledged_by?.id === operatorId;
}
