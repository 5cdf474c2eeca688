/**
 * Marks that would lie upon each other are spread around their middle, like the seeds of a sunflower: each can be seen and
 * clicked, the first of them nearest to where they all are.
 */
export interface Spot {
  id: string;
  x: number;
  y: number;
  /** How many places around the middle stay free, where something stands already. */
  free?: number;
}
export interface Offset {
  dx: number;
  dy: number;
}

/** Pixels: closer than that two marks cover each other. */
const APART = 24;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** Neighbours on the spiral are then about `APART` from each other. */
const STEP = APART / 1.6;

interface Crowd {
  x: number;
  y: number;
  members: Spot[];
}

/** How far each is moved from its own spot, in pixels; nothing for one that stands alone on free ground. */
export function spreadOut(spots: readonly Spot[]): Map<string, Offset> {
  const offsets = new Map<string, Offset>();
  for (const { x, y, members } of crowdsOf(spots)) {
    const free = freeOf(members);
    members.forEach((member, index) => {
      const { dx, dy } = seatOf(index + free);
      offsets.set(member.id, { dx: Math.round(x + dx - member.x), dy: Math.round(y + dy - member.y) });
    });
  }
  return offsets;
}

/** Those that cover each other, and then those whose crowds would; a crowd stays where its first is. */
function crowdsOf(spots: readonly Spot[]): Crowd[] {
  let crowds: Crowd[] = spots.map((spot) => ({ x: spot.x, y: spot.y, members: [spot] }));
  for (;;) {
    const merged: Crowd[] = [];
    for (const crowd of crowds) {
      const near = merged.find((other) => Math.hypot(other.x - crowd.x, other.y - crowd.y) < reachOf(other) + reachOf(crowd));
      if (near === undefined) merged.push(crowd);
      else near.members.push(...crowd.members);
    }
    if (merged.length === crowds.length) return merged;
    crowds = merged;
  }
}

const freeOf = (members: readonly Spot[]) => Math.max(...members.map((member) => member.free ?? 0));
/** How far a crowd spreads, half the room of a mark included. */
function reachOf({ members }: Crowd): number {
  const seats = members.length + freeOf(members);
  return Math.hypot(seatOf(seats - 1).dx, seatOf(seats - 1).dy) + APART / 2;
}

/** The seat of that number around a middle. */
function seatOf(number: number): Offset {
  if (number === 0) return { dx: 0, dy: 0 };
  const radius = STEP * Math.sqrt(number + 1);
  const angle = number * GOLDEN_ANGLE - Math.PI / 2;
  return { dx: radius * Math.cos(angle), dy: radius * Math.sin(angle) };
}
