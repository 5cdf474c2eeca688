/**
 * Where one can go from the head of the desk: the pages of every night as tabs, all others in the menu beside them.
 *
 * A page's name is its route's (`router.ts`) and its word `nav.<name>`. Who may not see a page is not shown the way.
 */
import type { Me } from "@/api/shapes";

type Role = Me["role"];

export interface Way {
  page: string;
  /** Who is shown the way; everybody when left out. */
  roles?: readonly Role[];
}
export interface WayGroup {
  name: string;
  ways: readonly Way[];
}

/** Beside the queue at hand, all night. */
export const TABS: readonly Way[] = [{ page: "queue" }, { page: "follow-ups" }, { page: "maintenance" }];

/** What is looked at now and then, by what one wants there. */
export const MENU: readonly WayGroup[] = [
  { name: "overview", ways: [{ page: "board" }, { page: "wall" }, { page: "reports" }] },
  { name: "registry", ways: [{ page: "recipients" }, { page: "devices" }, { page: "contact-list", roles: ["admin", "supervisor", "operator"] }] },
  { name: "records", ways: [{ page: "closed" }, { page: "calls" }, { page: "shifts" }, { page: "notifications" }, { page: "quarantine" }, { page: "shelves" }] },
  { name: "rules", ways: [{ page: "scripts" }, { page: "rosters" }, { page: "policies" }, { page: "accounts", roles: ["admin", "supervisor"] }] },
];

export function waysFor(role: Role, ways: readonly Way[]): readonly Way[] {
  return ways.filter((way) => way.roles === undefined || way.roles.includes(role));
}

export function groupsFor(role: Role, groups: readonly WayGroup[] = MENU): readonly WayGroup[] {
  return groups.map((group) => ({ ...group, ways: waysFor(role, group.ways) })).filter((group) => group.ways.length > 0);
}
