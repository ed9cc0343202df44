import type { z } from "zod";

/**
 * A regulator is a strategy: of the jobs that wait on this node, which start now, and why do the others not. It is a pure
 * function of what it is shown, so the same input always gives the same answer, a preview is an ordinary call, and a swap
 * at run time is nothing but asking another regulator from now on. Jobs that run are never taken back by it.
 *
 * A new strategy is one file beside this one and one entry in `index.ts`; the console draws the form for its options from
 * the schema.
 */
export interface Regulator<Options = unknown> {
  readonly name: string;
  /** For people: a few words. */
  readonly title: string;
  /** For people: one sentence that says whom it is good for. */
  readonly description: string;
  /** Every option has a default, so that `{}` is always a valid choice. */
  readonly options: z.ZodType<Options>;
  /**
   * Never starts more jobs than there are free workers, and gives every job that stays a reason. Both are checked by the
   * caller as well, which does not trust it.
   */
  readonly decide: (input: RegulatorInput<Options>) => Decision;
}

export interface RegulatorInput<Options = unknown> {
  /** In the order in which they came. */
  readonly waiting: readonly QueuedJob[];
  readonly running: readonly ActiveJob[];
  readonly node: Node;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly options: Options;
}

export interface JobInLine {
  /** Unique over all callers; `job` is unique only within one caller. */
  readonly id: string;
  readonly job: number;
  readonly key: string;
  /** Higher is more urgent. */
  readonly priority: number;
  readonly submittedBy: string | null;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
}

export interface QueuedJob extends JobInLine {
  /** When it came into this line, in milliseconds since 1970. */
  readonly enteredAt: number;
}

interface ActiveJob extends JobInLine {
  /** When the attempt began, in milliseconds since 1970. */
  readonly startedAt: number;
}

interface Node {
  readonly id: string;
  /** Jobs that run at once. */
  readonly workers: number;
  readonly freeWorkers: number;
}

export interface Decision {
  /** Ids to start now, in this order. */
  readonly start: readonly string[];
  /** All others, in the order in which they will start as far as that can be told. */
  readonly waiting: readonly Wait[];
}

interface Wait {
  readonly id: string;
  /** Why it does not run yet, in words for the person who waits. */
  readonly reason: string;
  /** The id of the job after whose end its turn comes, where one can be named. */
  readonly after: string | null;
}
