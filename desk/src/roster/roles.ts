/** The roles that have rosters, as they are read at a desk: who sits here first. */
import type { RosterRole } from "@/api/shapes";

export const ROSTER_ROLES: readonly RosterRole[] = ["operator", "supervisor", "leader", "township", "helper"];

export function isRosterRole(told: string): told is RosterRole {
  return (ROSTER_ROLES as readonly string[]).includes(told);
}
