/**
 * Whether the hub itself would see a press.
 *
 * The link may be well while the hub behind it is blind: its database is away, or nothing can be taken in. The hub says
 * so on the stream, and answers requests with `database_away`; it says, too, when it sees again. A page that missed that
 * word learns it from the next tick.
 */
import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { onRefusal } from "@/api/client";

import { useClock } from "./clock";

export interface Blindness {
  since_ms: number;
  because: string;
}

/** A blindness that is over, until somebody has read of it. */
export interface PastBlindness {
  since_ms: number;
  until_ms: number;
}

export const useSight = defineStore("sight", () => {
  const clock = useClock();
  const blindness = ref<Blindness | null>(null);
  const past = ref<PastBlindness | null>(null);
  /** How long the hub has been blind; 0 while it sees. */
  const blindFor_ms = computed(() => (blindness.value === null ? 0 : Math.max(0, clock.now_ms - blindness.value.since_ms)));

  onRefusal((problem) => {
    if (problem.status === 503 && problem.code === "database_away") {
      blindness.value ??= { since_ms: clock.now_ms, because: "database_away" };
    } else if (problem.status === 401) {
      see(); // only a database that is there can say that it does not know us
    }
  });

  /** The hub says that it is blind. */
  function learnBlind(body: string): void {
    const told = read(body);
    if (told.server_time !== undefined) clock.learn(told.server_time);
    const since_ms = Date.parse(told.since ?? "");
    blindness.value = {
      since_ms: Number.isNaN(since_ms) ? (blindness.value?.since_ms ?? clock.now_ms) : since_ms,
      because: told.because ?? "",
    };
  }

  /** The hub says that it sees again, and since when it did not. */
  function learnSighted(body: string): void {
    const told = read(body);
    if (told.server_time !== undefined) clock.learn(told.server_time);
    const span = { since_ms: Date.parse(told.since ?? ""), until_ms: Date.parse(told.until ?? "") };
    if (Number.isNaN(span.since_ms) || Number.isNaN(span.until_ms)) see();
    else remember(span);
  }

  /** A tick of a hub that sees ends a blindness whose end was missed. */
  function learnTick(body: string): void {
    if (blindness.value !== null && read(body).storing === true) see();
  }

  function see(): void {
    if (blindness.value !== null) remember({ since_ms: blindness.value.since_ms, until_ms: clock.now_ms });
  }

  /** Two in a row that nobody has read of are shown as one, from the first to the last. */
  function remember(span: PastBlindness): void {
    blindness.value = null;
    past.value = { since_ms: Math.min(past.value?.since_ms ?? span.since_ms, span.since_ms), until_ms: span.until_ms };
  }

  /** Somebody has read that it was blind. */
  function dismiss(): void {
    past.value = null;
  }

  return { blindness, past, blindFor_ms, learnBlind, learnSighted, learnTick, dismiss };
});

interface Told {
  server_time?: string;
  since?: string;
  until?: string;
  because?: string;
  storing?: boolean;
}

function read(body: string): Told {
  try {
    const told: unknown = JSON.parse(body);
    return typeof told === "object" && told !== null ? told : {};
  } catch {
    return {};
  }
}
