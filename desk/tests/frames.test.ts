import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { afterNextFrame, FRAME_MS, inNextFrame } from "@/realtime/frames";

/** Whether somebody looks at the page, and its frames, drawn when the test says so. */
let drawn: FrameRequestCallback[] = [];
function look(hidden: boolean): void {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
}
function draw(): void {
  const waiting = drawn;
  drawn = [];
  for (const callback of waiting) callback(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  drawn = [];
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => drawn.push(callback));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("what waits for a frame", () => {
  it("happens with it, once", () => {
    look(false);
    const done = vi.fn();
    inNextFrame(done);
    expect(done).not.toHaveBeenCalled();
    draw();
    vi.advanceTimersByTime(20 * FRAME_MS);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it("happens without one on a page that nobody sees, or that was hidden meanwhile", () => {
    const done = vi.fn();
    look(true);
    inNextFrame(done);
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledTimes(1);
    look(false);
    inNextFrame(done);
    vi.advanceTimersByTime(20 * FRAME_MS);
    expect(done).toHaveBeenCalledTimes(2);
  });

  it("may wait until the frame is drawn", () => {
    look(false);
    const done = vi.fn();
    afterNextFrame(done);
    draw();
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledTimes(1);
  });
});
