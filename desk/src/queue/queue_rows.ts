/**
 * The queue as the rows of one list: what waits, what is in hand, and floods folded by what caused them.
 *
 * Folding hides nothing that must be seen: an untaken SOS, fall or unreadable event, one that was taken and nobody called
 * yet, and whatever sounds stand in their own place in the order of need, outside any group. Each keeps its own clock
 * and its own sound; what is folded is counted by its group and sounds all the same, for the alarm never asks for rows.
 */
import type { Explanation, Incident, Severity } from "@/api/shapes";
import { graver } from "@/incident/queue_order";

/** Which kinds a group never takes along: a person looks at each (`TAKEN_SINGLY` of alerts/storms/groups.py; a test holds them together). */
export const TAKEN_SINGLY: ReadonlySet<string> = new Set(["sos", "fall", "unreadable_event"]);
/** Two of a group are two cards: folding them would save nothing and cost a look. */
export const FOLDED_FROM = 3;

export type Section = "untaken" | "taken";

/** What of a group is in one section of the queue. */
export interface FoldedGroup {
  id: string;
  section: Section;
  /** Why they belong together: the newest word of the hub, which counts all that ever were in it. */
  reason: Explanation;
  /** Those it stands for, the most needed first. */
  members: Incident[];
  /** How many more of the group stand outside it, in a place of their own. */
  alone: number;
  worst: Severity;
  oldest: string;
}

export type QueueRow =
  | { type: "heading"; key: string; section: Section; count: number }
  | { type: "group"; key: string; group: FoldedGroup; unfolded: boolean }
  | { type: "incident"; key: string; incident: Incident; inside: boolean };

/** Rows that can be chosen, in the order of the keyboard. */
export type ChoosableRow = Exclude<QueueRow, { type: "heading" }>;

export interface Folding {
  /** Keys of the groups that were unfolded. */
  unfolded: ReadonlySet<string>;
  /** Never hidden, whatever it is in: the card somebody looks at. */
  selectedId: string | null;
}

/** `queue`: everything that is not closed, in the order of need. */
export function arrangeQueue(queue: readonly Incident[], folding: Folding): QueueRow[] {
  const rows: QueueRow[] = [];
  const sections: [Section, Incident[]][] = [
    ["untaken", queue.filter((one) => one.state === "open")],
    ["taken", queue.filter((one) => one.state === "acknowledged")],
  ];
  for (const [section, members] of sections) {
    if (members.length === 0) continue;
    rows.push({ type: "heading", key: `heading-${section}`, section, count: members.length });
    arrangeSection(rows, section, members, folding);
  }
  return rows;
}

/** Shown by itself, never as one of a group. */
export function standsAlone(incident: Incident): boolean {
  if (incident.state === "acknowledged" && incident.sounding) return true;
  if (!TAKEN_SINGLY.has(incident.kind)) return false;
  return incident.state === "open" || (incident.contacted_at === null && incident.responding_at === null);
}

export function groupKey(id: string, section: Section): string {
  return `${section}-${id}`;
}

function arrangeSection(rows: QueueRow[], section: Section, members: Incident[], { unfolded, selectedId }: Folding): void {
  const groups = gatherGroups(section, members);
  const shown = new Set<string>();
  for (const incident of members) {
    const group = standsAlone(incident) ? undefined : groups.get(incident.group?.id ?? "");
    if (group === undefined) {
      rows.push(rowOf(incident, false));
    } else if (!shown.has(group.id)) {
      shown.add(group.id);
      const key = groupKey(group.id, section);
      rows.push({ type: "group", key, group, unfolded: unfolded.has(key) });
      const visible = unfolded.has(key) ? group.members : group.members.filter((member) => member.id === selectedId);
      for (const member of visible) rows.push(rowOf(member, true));
    }
  }
}

const rowOf = (incident: Incident, inside: boolean): QueueRow => ({ type: "incident", key: incident.id, incident, inside });

function gatherGroups(section: Section, members: readonly Incident[]): Map<string, FoldedGroup> {
  const together = new Map<string, Incident[]>();
  const alone = new Map<string, number>();
  for (const incident of members) {
    const id = incident.group?.id;
    if (id === undefined) continue;
    if (standsAlone(incident)) alone.set(id, (alone.get(id) ?? 0) + 1);
    else if (!together.get(id)?.push(incident)) together.set(id, [incident]);
  }
  const groups = new Map<string, FoldedGroup>();
  for (const [id, inside] of together) {
    if (inside.length >= FOLDED_FROM) groups.set(id, summarise(id, section, inside, alone.get(id) ?? 0));
  }
  return groups;
}

function summarise(id: string, section: Section, members: Incident[], alone: number): FoldedGroup {
  const reasons = members.flatMap((member) => (member.group === null ? [] : [member.group.reason]));
  return {
    id,
    section,
    reason: reasons.reduce((newest, reason) => (countOf(reason) > countOf(newest) ? reason : newest)),
    members,
    alone,
    worst: members.map((member) => member.severity).reduce(graver),
    oldest: members.reduce((oldest, member) => (member.opened_at < oldest ? member.opened_at : oldest), members[0]?.opened_at ?? ""),
  };
}

const countOf = (reason: Explanation): number => (typeof reason.params["count"] === "number" ? reason.params["count"] : 0);
