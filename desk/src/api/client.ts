/**
 * The one way the desk speaks to the hub.
 *
 * Every answer is either the shape that was asked for or a `HubProblem`; no caller sees a bare response. A changing
 * request carries the header that proves it came from the desk's own page.
 */
import createClient from "openapi-fetch";

import type { paths } from "./generated";
import type { Actor, Problem, Told } from "./shapes";

/** Longer than the hub ever needs, shorter than an operator's patience: then the desk says that the hub is silent. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The hub refused, or could not be reached (`status` 0). */
export class HubProblem extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly detail: string | null;
  /** On 422: which fields cannot be accepted, by their path. */
  readonly fields: readonly { field: string; code: string; message: string }[];
  /** On 409: whoever was first. */
  readonly holder: Actor | null;
  readonly holderName: string | null;

  constructor(problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? "unreachable");
    this.name = "HubProblem";
    this.status = problem.status ?? 0;
    this.code = problem.code ?? null;
    this.detail = problem.detail ?? problem.title ?? null;
    this.fields = problem.errors ?? [];
    const { type, id, name } = problem.holder ?? {};
    this.holderName = name ?? null;
    this.holder = type === undefined || id === undefined || name === undefined ? null : { type, id, name };
  }
}

type RefusalListener = (problem: HubProblem) => void;
const refusalListeners = new Set<RefusalListener>();

/** Be told of every refusal; the session store listens here for 401. */
export function onRefusal(listener: RefusalListener): void {
  refusalListeners.add(listener);
}

export const hub = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  headers: { "X-Anxin-Desk": "1" },
  fetch: (request: Request) => globalThis.fetch(request, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
});

interface Reply<Body> {
  data?: Body | undefined;
  error?: unknown;
  response: globalThis.Response;
}

/** The body of a reply with the response it came in, or a thrown `HubProblem`. */
export async function receive<Body>(asked: Promise<Reply<Body>>): Promise<{ body: Told<Body>; response: globalThis.Response }> {
  let reply: Reply<Body>;
  try {
    reply = await asked;
  } catch {
    throw refuse(new HubProblem({ status: 0 }));
  }
  if (!reply.response.ok) {
    const told: Partial<Problem> = typeof reply.error === "object" ? (reply.error ?? {}) : {};
    throw refuse(new HubProblem({ title: reply.response.statusText, ...told, status: reply.response.status }));
  }
  return { body: reply.data as Told<Body>, response: reply.response };
}

/** The body of a reply, or a thrown `HubProblem`. */
export async function ask<Body>(asked: Promise<Reply<Body>>): Promise<Told<Body>> {
  return (await receive(asked)).body;
}

function refuse(problem: HubProblem): HubProblem {
  for (const listener of refusalListeners) listener(problem);
  return problem;
}
