/** The order of the queue: untaken first, then the gravest, then the oldest; the id settles the rest. */
import type { Incident, IncidentState, Severity } from "@/api/shapes";

const STATE_RANK: Record<IncidentState, number> = { open: 0, acknowledged: 1, closed: 2 };
const SEVERITY_RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3 };

/** When each opened, read once: a thousand incidents are sorted for each event of a flood. */
const opened = new WeakMap<Incident, number>();

export function openedAt_ms(incident: Incident): number {
  const known = opened.get(incident);
  if (known !== undefined) return known;
  const read = Date.parse(incident.opened_at);
  opened.set(incident, read);
  return read;
}

export function compareForQueue(left: Incident, right: Incident): number {
  return (
    STATE_RANK[left.state] - STATE_RANK[right.state] ||
    SEVERITY_RANK[left.severity] - SEVERITY_RANK[right.severity] ||
    openedAt_ms(left) - openedAt_ms(right) ||
    (left.id < right.id ? -1 : left.id > right.id ? 1 : 0)
  );
}

/** The graver of two. */
export function graver(left: Severity, right: Severity): Severity {
  return SEVERITY_RANK[left] <= SEVERITY_RANK[right] ? left : right;
}
