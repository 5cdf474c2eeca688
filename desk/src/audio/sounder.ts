/**
 * Plays the tones. A loop is one AudioBufferSourceNode with `loop` set: no timer can forget it, no throttled tab can
 * thin it out.
 *
 * A browser starts an AudioContext only after a click on the page, and again after every reload; until then nothing is
 * heard and `state` says so.
 */
import { ref, type Ref } from "vue";

import { synthesise, type ToneName } from "./tones";

/** Blocks of 50 ms: the shorter, the more of a core a silent night costs (decision 037), and a tone is no game. */
const LATENCY_S = 0.05;

export type SoundState = "locked" | "running" | "suspended";

export class Sounder {
  /** Whether a tone would be heard right now. */
  readonly state: Ref<SoundState> = ref("locked");
  /** The tone that is looping. */
  readonly looping: Ref<ToneName | null> = ref(null);

  private context: AudioContext | null = null;
  private loop: AudioBufferSourceNode | null = null;
  private readonly buffers = new Map<ToneName, AudioBuffer>();

  constructor(private readonly makeContext: () => AudioContext = () => new AudioContext({ latencyHint: LATENCY_S })) {}

  /** Must be called from a click or a key press. */
  async unlock(): Promise<void> {
    const context = (this.context ??= this.prepareContext());
    if (context.state !== "running") await context.resume().catch(() => undefined);
    this.readState();
  }

  /** Loop this tone, or nothing; asking for the tone that loops already changes nothing. */
  keepSounding(tone: ToneName | null): void {
    if (tone === this.looping.value) return;
    this.loop?.stop();
    this.loop?.disconnect();
    this.loop = tone === null ? null : this.start(tone, true);
    this.looping.value = this.loop === null ? null : tone;
  }

  /** Play a tone once. */
  chime(tone: ToneName): void {
    this.start(tone, false);
  }

  private start(tone: ToneName, loop: boolean): AudioBufferSourceNode | null {
    if (this.context === null) return null;
    const node = this.context.createBufferSource();
    node.buffer = this.bufferFor(tone, this.context);
    node.loop = loop;
    node.connect(this.context.destination);
    node.start();
    return node;
  }

  private bufferFor(tone: ToneName, context: AudioContext): AudioBuffer {
    const known = this.buffers.get(tone);
    if (known !== undefined) return known;
    const samples = synthesise(tone, context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    this.buffers.set(tone, buffer);
    return buffer;
  }

  private prepareContext(): AudioContext {
    const context = this.makeContext();
    context.addEventListener("statechange", () => this.readState());
    return context;
  }

  private readState(): void {
    this.state.value = this.context?.state === "running" ? "running" : "suspended";
  }
}

/** The page's only sounder. */
export const sounder = new Sounder();
