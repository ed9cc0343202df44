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
  /** What it has to say about this situation. The first rule counts most. */
  readonly rules: (options: Options, situation: Situation) => readonly Rule[];
}

/** One view of who is next and who may start. `decide.ts` makes a decision of one or several. */
export interface Rule {
  /** Reorders the line. Those that it does not tell apart stay in the order in which they are given. */
  readonly arrange?: (line: readonly QueuedJob[]) => readonly QueuedJob[];
  /** Why a job stands where it stands, without a capital or a full stop; null: this rule has nothing to do with it. */
  readonly words?: (job: QueuedJob) => string | null;
  /**
   * Why a job may not start even where a worker is free; null: it may.
   *
   * @param active those that run, and those that were just chosen to start.
   * @param held those before it in line that this rule has just held.
   */
  readonly hold?: (
    job: QueuedJob,
    active: readonly JobInLine[],
    held: readonly QueuedJob[],
  ) => Hold | null;
}

export interface Hold {
  /** A whole sentence. */
  readonly reason: string;
  /** The id of the job after whose end it may start, where one can be named. */
  readonly after: string | null;
  /** When the time alone lets it go, in milliseconds since 1970. */
  readonly until: number | null;
}

export interface Situation {
  /** In the order in which they came. */
  readonly waiting: readonly QueuedJob[];
  readonly running: readonly ActiveJob[];
  readonly node: Node;
  /** What was digested here before, for whom. */
  readonly usage: readonly Usage[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface JobInLine {
  /** Unique over all callers; `job` is unique only within one caller. */
  readonly id: string;
  readonly job: number;
  readonly key: string;
  /** Higher is more urgent. */
  readonly priority: number;
  /** When a person put it at the front of the line, in milliseconds since 1970; null: nobody did. */
  readonly front: number | null;
  readonly submittedBy: string | null;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  /** Bytes to read; null when the source could not be looked at. */
  readonly sourceBytes: number | null;
  /** Bytes of memory that its worker will need, as far as that can be told beforehand. */
  readonly memoryBytes: number;
  /** Where the file systems are mounted that it reads from. */
  readonly fileSystems: readonly string[];
}

export interface QueuedJob extends JobInLine {
  /** When it came into this line, in milliseconds since 1970. */
  readonly enteredAt: number;
}

export interface ActiveJob extends JobInLine {
  /** When the attempt began, in milliseconds since 1970. */
  readonly startedAt: number;
}

export interface Node {
  readonly id: string;
  /** Jobs that run at once. */
  readonly workers: number;
  readonly freeWorkers: number;
  /** Bytes of memory that the machine has. */
  readonly memoryBytes: number;
  readonly cores: number;
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

/** What was digested for one submitter within some time. */
export interface Usage {
  readonly submittedBy: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly bytes: number;
  readonly jobs: number;
}

export interface Decision {
  /** Ids to start now, in this order. */
  readonly start: readonly string[];
  /** When the time alone lets the next of the others go, in milliseconds since 1970; null: only the end of a job does. */
  readonly until: number | null;
  /** All others, in the order in which they will start as far as that can be told; worked out when it is asked for. */
  readonly waiting: readonly Wait[];
}

export interface Wait extends Hold {
  readonly id: string;
}
