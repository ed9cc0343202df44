import type { Event } from "../../../../services/contract/event.ts";
import type { JobStep } from "../../../../services/contract/job.ts";

export type AttemptEnd = "completed" | "failed" | "aborted" | "lost" | "handed_back";

/** One attempt as a lane of steps. Times are milliseconds since 1970. */
export interface Attempt {
  readonly number: number;
  readonly digester: string | null;
  readonly from: number;
  /** Null while it runs. */
  readonly to: number | null;
  readonly end: AttemptEnd | null;
  /** Without gaps from `from` to `to`; the last one is open while the attempt runs. */
  readonly steps: readonly { step: JobStep; from: number; to: number | null }[];
  /** Callbacks that came and were applied, as marks on the lane. */
  readonly callbacks: readonly Event[];
  readonly refused: number;
}

/** The attempts that a job's events tell of, oldest first. `events` are in order. */
export function attemptsOf(events: readonly Event[]): Attempt[] {
  const attempts = new Map<number, Attempt>();
  for (const event of events) {
    const { attempt: number } = event;
    if (number === null) continue;
    const before = attempts.get(number);
    if (event.type === "claimed") attempts.set(number, begun(number, event));
    else if (before !== undefined) attempts.set(number, told(before, event));
  }
  return [...attempts.values()];
}

function begun(number: number, event: Event): Attempt {
  const from = Date.parse(event.at);
  return {
    number,
    digester: event.digester,
    from,
    to: null,
    end: null,
    steps: [{ step: event.step ?? "submitted", from, to: null }],
    callbacks: [event],
    refused: 0,
  };
}

function told(before: Attempt, event: Event): Attempt {
  if (event.type === "refused") return { ...before, refused: before.refused + 1 };
  if (before.to !== null) return before;
  const at = Date.parse(event.at);
  const end = endOf(event);
  const callbacks = [...before.callbacks, event];
  if (end !== null) return { ...before, to: at, end, steps: closed(before.steps, at), callbacks };
  const last = before.steps.at(-1);
  if (event.step === undefined || event.step === last?.step) return { ...before, callbacks };
  const steps = [...closed(before.steps, at), { step: event.step, from: at, to: null }];
  return { ...before, steps, callbacks };
}

function closed(steps: Attempt["steps"], at: number): Attempt["steps"] {
  return steps.map((step) => (step.to === null ? { ...step, to: at } : step));
}

function endOf(event: Event): AttemptEnd | null {
  switch (event.type) {
    case "lease_expired":
      return "lost";
    case "retried":
      return "failed";
    case "handed_back":
      return "handed_back";
    case "settled":
    case "edited":
      return event.status === "completed" || event.status === "failed" || event.status === "aborted"
        ? event.status
        : null;
    default:
      return null;
  }
}

/** A person asked the running attempt to stop and it has not yet. */
export function isStopping(events: readonly Event[]): boolean {
  const last = events.findLast((event) =>
    ["cancel_requested", "claimed", "settled", "lease_expired", "retried", "handed_back"].includes(
      event.type,
    ),
  );
  return last?.type === "cancel_requested";
}
