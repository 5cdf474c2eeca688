/** The frames of the page, for what must happen with one or after one; a hidden page has none, and a timer takes their place. */

/** Shorter than this is the same frame. */
export const FRAME_MS = 16;

/** Just before the next frame is drawn. */
export function inNextFrame(action: () => void): void {
  if (document.hidden) {
    setTimeout(action, 0);
    return;
  }
  // A page that is hidden between the asking and the frame gets no frame: whichever comes first, once.
  let done = false;
  const once = () => {
    if (!done) action();
    done = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, 10 * FRAME_MS);
}

/** When what was changed up to now has been drawn. */
export function afterNextFrame(action: () => void): void {
  inNextFrame(() => setTimeout(action, 0));
}
