/** Moving one of a list to another place. */
export function moved<One>(list: readonly One[], from: number, to: number): One[] {
  const rest = list.filter((_, index) => index !== from);
  const one = list[from];
  if (one === undefined) return [...list];
  const place = Math.max(0, Math.min(rest.length, to));
  return [...rest.slice(0, place), one, ...rest.slice(place)];
}
