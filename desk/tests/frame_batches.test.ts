/** Events of one frame are one change; the first of them waits for nothing. */
import { describe, expect, it } from "vitest";

import { FrameBatches } from "@/realtime/frame_batches";
import { FRAME_MS } from "@/realtime/frames";

function makeBatches() {
  const handed: number[][] = [];
  const frames: (() => void)[] = [];
  let now_ms = 1000;
  const batches = new FrameBatches<number>((batch) => handed.push([...batch]), {
    now: () => now_ms,
    inNextFrame: (action) => frames.push(action),
  });
  return { handed, batches, pass: (ms: number) => (now_ms += ms), draw: () => frames.splice(0).forEach((frame) => frame()) };
}

describe("events of one frame", () => {
  it("begin with one that waits for nothing, and the others come together, in order", () => {
    const { handed, batches, draw } = makeBatches();
    for (const event of [1, 2, 3, 4]) batches.add(event);
    expect(handed).toEqual([[1]]);
    draw();
    expect(handed).toEqual([[1], [2, 3, 4]]);
  });

  it("end with the frame: the next one waits for nothing again", () => {
    const { handed, batches, pass } = makeBatches();
    batches.add(1);
    pass(FRAME_MS);
    batches.add(2);
    expect(handed).toEqual([[1], [2]]);
  });

  it("are not lost when more come after a frame was drawn", () => {
    const { handed, batches, draw } = makeBatches();
    for (const event of [1, 2]) batches.add(event);
    draw();
    batches.add(3);
    draw();
    expect(handed.flat()).toEqual([1, 2, 3]);
  });
});
