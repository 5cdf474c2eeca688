/** The order of the queue: untaken first, then the gravest, then the oldest; the id settles the rest. */
import type { Incident, IncidentState, Severity } from "@/api/shapes";

const STATE_RANK: Record<IncidentState, number> = { open: 0, acknowledged: 1, closed: 2 };
const SEVERITY_RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

export function compareForQueue(left: Incident, right: Incident): number {
  return (
    STATE_RANK[left.state] - STATE_RANK[right.state] ||
    SEVERITY_RANK[left.severity] - SEVERITY_RANK[right.severity] ||
    Date.parse(left.opened_at) - Date.parse(right.opened_at) ||
    left.id.localeCompare(right.id)
  );
}
