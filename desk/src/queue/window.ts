/**
 * Which rows of a long list are drawn: those in sight and a few beside them.
 *
 * Every row's height follows from what it is, so that a list of a thousand needs no measuring, and a place in it is
 * the same before and after it was drawn.
 */

/** The tops of all rows, and the list's whole height as the last. */
export function stack(heights: readonly number[]): Float64Array {
  const tops = new Float64Array(heights.length + 1);
  for (let at = 0; at < heights.length; at += 1) tops[at + 1] = (tops[at] ?? 0) + (heights[at] ?? 0);
  return tops;
}

/** The row at this height: the last that begins at or above it. */
export function rowAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first and the last row to draw; nothing is [0, -1]. */
export function rowsInSight(tops: Float64Array, top: number, height: number, beside: number): [number, number] {
  const count = tops.length - 1;
  if (count === 0) return [0, -1];
  return [Math.max(0, rowAt(tops, top) - beside), Math.min(count - 1, rowAt(tops, top + height) + beside)];
}

/** Where to scroll so that a row is in sight, with as little movement as that takes; `margin` is kept free beside it. */
export function scrollToShow(tops: Float64Array, row: number, top: number, height: number, margin: number): number {
  const begins = (tops[row] ?? 0) - margin;
  const ends = (tops[row + 1] ?? 0) + margin;
  if (begins < top) return Math.max(0, begins);
  return ends > top + height ? ends - height : top;
}
