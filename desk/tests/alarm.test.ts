/** Which tone sounds, what tones are like, and that the sounder loops exactly one of them. */
import { describe, expect, it } from "vitest";

import { chooseTone, DEAF_ALARM_AFTER_MS } from "@/audio/alarm_choice";
import { isNight } from "@/audio/night";
import { Sounder } from "@/audio/sounder";
import { synthesise, TONES, type ToneName } from "@/audio/tones";

import { makeIncident } from "./incident_maker";

const quiet = { incidents: [], deafFor_ms: 0, hushed: false };
const taken = makeIncident({ state: "acknowledged", sounding: false });

describe("the choice of the tone", () => {
  it("is silence when nothing waits", () => {
    expect(chooseTone(quiet)).toBeNull();
    expect(chooseTone({ ...quiet, incidents: [taken] })).toBeNull();
  });

  it("is the gravest of those untaken", () => {
    const incidents = [makeIncident({ severity: "medium" }), makeIncident({ severity: "high" }), taken];
    expect(chooseTone({ ...quiet, incidents })).toBe("high");
  });

  it("comes back for a taken one that the hub wants heard again", () => {
    const forgotten = makeIncident({ state: "acknowledged", sounding: true });
    expect(chooseTone({ ...quiet, incidents: [forgotten] })).toBe("critical");
  });

  it("never loops for a low one: that chimes once", () => {
    expect(chooseTone({ ...quiet, incidents: [makeIncident({ severity: "low" })] })).toBeNull();
  });

  it("tells of a desk that has been deaf for 30 seconds, but not over a grave cry", () => {
    const down = { ...quiet, deafFor_ms: DEAF_ALARM_AFTER_MS };
    expect(chooseTone({ ...quiet, deafFor_ms: DEAF_ALARM_AFTER_MS - 1 })).toBeNull();
    expect(chooseTone(down)).toBe("link");
    expect(chooseTone({ ...down, incidents: [makeIncident()] })).toBe("critical");
    expect(chooseTone({ ...down, incidents: [makeIncident({ severity: "medium" })] })).toBe("link");
  });

  it("is silence while hushed", () => {
    expect(chooseTone({ ...quiet, incidents: [makeIncident()], hushed: true })).toBeNull();
  });
});

describe("the night", () => {
  const at = (time: string) => isNight(Date.parse(`2026-11-22T${time}:00Z`), "Asia/Shanghai");

  it("is from ten to six in the place of the hub, wherever the desk's computer thinks it stands", () => {
    expect(["13:59", "14:00", "18:30", "21:59", "22:00"].map(at)).toEqual([false, true, true, true, false]);
    expect(isNight(Date.parse("2026-11-22T14:00:00Z"), "Europe/Berlin")).toBe(false);
    expect(isNight(Date.parse("2026-11-22T14:00:00Z"), undefined)).toBe(true);
  });
});

describe("a tone", () => {
  const names = Object.keys(TONES) as ToneName[];

  it.each(names)("%s is heard, is not clipped and starts and ends in silence", (name) => {
    const samples = synthesise(name, 8000);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(samples.length).toBe(Math.round(TONES[name].round_s * 8000));
    expect(peak).toBeGreaterThan(0.2);
    expect(peak).toBeLessThanOrEqual(1);
    expect(samples[0]).toBe(0);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.05);
  });

  it("can be told from every other by its rhythm alone: the graver, the more beats a second", () => {
    const pace = (name: ToneName) => TONES[name].pulses.length / TONES[name].round_s;
    expect(pace("critical")).toBeGreaterThan(2 * pace("high"));
    expect(pace("high")).toBeGreaterThan(2 * pace("medium"));
    const rhythms = names.map((name) => TONES[name].pulses.map((pulse) => `${pulse.from_s}+${pulse.for_s}`).join());
    expect(new Set(rhythms).size).toBe(names.length);
  });

  it.each(names)("%s wakes without piercing: nothing above 1 kHz but its harmonic, no edge under 10 ms, not full loudness", (name) => {
    const { pulses, level } = TONES[name];
    for (const pulse of pulses) expect(pulse.hz >= 250 && pulse.hz <= 1000, `${pulse.hz} Hz`).toBe(true);
    expect(level).toBeLessThanOrEqual(0.9);
    const samples = synthesise(name, 8000);
    const start = Math.round((pulses[0]?.from_s ?? 0) * 8000);
    const loudest = (from_s: number, until_s: number) =>
      samples.slice(start + from_s * 8000, start + until_s * 8000).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest(0, 0.004)).toBeLessThan(0.5 * loudest(0.02, 0.1));
  });

  it("differs from every other", () => {
    const heads = names.map((name) => synthesise(name, 2000).slice(0, 1600).join());
    expect(new Set(heads).size).toBe(names.length);
  });
});

class FakeNode {
  loop = false;
  buffer: unknown = null;
  running = false;
  connect(): void {}
  disconnect(): void {}
  start(): void {
    this.running = true;
  }
  stop(): void {
    this.running = false;
  }
}

class FakeContext extends EventTarget {
  state = "suspended";
  sampleRate = 8000;
  destination = {};
  nodes: FakeNode[] = [];
  allowed = true;
  async resume(): Promise<void> {
    if (this.allowed) this.state = "running";
  }
  createBuffer(): unknown {
    return { copyToChannel: () => undefined };
  }
  createBufferSource(): FakeNode {
    const node = new FakeNode();
    this.nodes.push(node);
    return node;
  }
  looping(): FakeNode[] {
    return this.nodes.filter((node) => node.running && node.loop);
  }
}

function makeSounder() {
  const context = new FakeContext();
  return { context, sounder: new Sounder(() => context as unknown as AudioContext) };
}

describe("the sounder", () => {
  it("is locked, and loops nothing, before the click", () => {
    const { sounder } = makeSounder();
    sounder.keepSounding("critical");
    expect(sounder.state.value).toBe("locked");
    expect(sounder.looping.value).toBeNull();
  });

  it("loops one tone at a time and starts none twice", async () => {
    const { context, sounder } = makeSounder();
    await sounder.unlock();
    for (const tone of ["high", "high", "critical", "critical"] as ToneName[]) sounder.keepSounding(tone);
    expect(context.nodes.length).toBe(2);
    expect(context.looping().length).toBe(1);
    sounder.keepSounding(null);
    expect(context.looping().length).toBe(0);
  });

  it("says so when the browser blocks it or takes the sound away later", async () => {
    const { context, sounder } = makeSounder();
    context.allowed = false;
    await sounder.unlock();
    expect(sounder.state.value).toBe("suspended");
    context.allowed = true;
    await sounder.unlock();
    expect(sounder.state.value).toBe("running");
    context.state = "suspended";
    context.dispatchEvent(new Event("statechange"));
    expect(sounder.state.value).toBe("suspended");
  });
});
