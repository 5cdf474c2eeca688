/**
 * What the desk's tones sound like: a few pulses each, synthesised, so that no sound file has to be shipped or fetched.
 *
 * Each severity can be told from the others with the eyes shut, and the lost link from all of them: the graver, the
 * faster and higher. Every tone carries a second harmonic, because old loudspeakers and old ears lose pure high tones.
 */

export type ToneName = "critical" | "high" | "medium" | "low" | "link";

interface Pulse {
  from_s: number;
  for_s: number;
  hz: number;
}

interface Tone {
  /** Length of one round; the rest after the last pulse is the silence between rounds. */
  round_s: number;
  level: number;
  pulses: Pulse[];
}

export const TONES: Record<ToneName, Tone> = {
  critical: {
    round_s: 1.4,
    level: 0.9,
    pulses: [
      { from_s: 0.0, for_s: 0.16, hz: 988 },
      { from_s: 0.2, for_s: 0.16, hz: 784 },
      { from_s: 0.4, for_s: 0.16, hz: 988 },
      { from_s: 0.6, for_s: 0.16, hz: 784 },
    ],
  },
  high: {
    round_s: 2.2,
    level: 0.75,
    pulses: [
      { from_s: 0.0, for_s: 0.28, hz: 698 },
      { from_s: 0.36, for_s: 0.28, hz: 698 },
    ],
  },
  medium: {
    round_s: 15,
    level: 0.5,
    pulses: [
      { from_s: 0.0, for_s: 0.3, hz: 587 },
      { from_s: 0.34, for_s: 0.45, hz: 523 },
    ],
  },
  low: { round_s: 0.8, level: 0.35, pulses: [{ from_s: 0.0, for_s: 0.7, hz: 523 }] },
  link: {
    round_s: 3,
    level: 0.7,
    pulses: [
      { from_s: 0.0, for_s: 0.35, hz: 440 },
      { from_s: 0.4, for_s: 0.35, hz: 349 },
      { from_s: 0.8, for_s: 0.6, hz: 262 },
    ],
  },
};

/** Short enough to sound at once, long enough not to click. */
const EDGE_S = 0.012;

/** One round of a tone as samples between -1 and 1. */
export function synthesise(name: ToneName, sampleRate_hz: number): Float32Array<ArrayBuffer> {
  const tone = TONES[name];
  const samples = new Float32Array(Math.round(tone.round_s * sampleRate_hz));
  for (const pulse of tone.pulses) addPulse(samples, pulse, tone.level, sampleRate_hz);
  return samples;
}

function addPulse(samples: Float32Array, pulse: Pulse, level: number, sampleRate_hz: number): void {
  const first = Math.round(pulse.from_s * sampleRate_hz);
  const count = Math.min(Math.round(pulse.for_s * sampleRate_hz), samples.length - first);
  for (let index = 0; index < count; index += 1) {
    const at_s = index / sampleRate_hz;
    const edge = Math.min(1, at_s / EDGE_S, (pulse.for_s - at_s) / EDGE_S);
    const phase = 2 * Math.PI * pulse.hz * at_s;
    samples[first + index] = level * edge * (0.72 * Math.sin(phase) + 0.28 * Math.sin(2 * phase));
  }
}
