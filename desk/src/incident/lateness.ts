/** How late an alert came: how long after it happened the hub heard of it. */
import type { Incident } from "@/api/shapes";

type Alert = Incident["alerts"][number];

/** Seconds from the event to its receipt, of an alert that the hub calls late; null for one that is not. */
export function latenessOf(alert: Alert): number | null {
  if (!alert.late) return null;
  return Math.max(0, (Date.parse(alert.received_at) - Date.parse(alert.occurred_at)) / 1000);
}

/** The same of an incident whose every alert came late: nothing of it is of now. Its newest event counts. */
export function latenessOfIncident(incident: Incident): number | null {
  const all = incident.alerts.map(latenessOf);
  const late = all.filter((seconds) => seconds !== null);
  return late.length === 0 || late.length < all.length ? null : Math.min(...late);
}
