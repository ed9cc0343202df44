import type { Dispatch } from "../contract/digester.ts";
import { AppError } from "../contract/errors.ts";
import type { QueuedJob } from "./regulators/regulator.ts";
import { unknownMeasure, type SourceMeasure } from "./source-measure.ts";

/** A job that waits on this node. */
export interface LineEntry {
  readonly id: string;
  readonly dispatch: Dispatch;
  /** When it came, in milliseconds since 1970. */
  readonly enteredAt: number;
  /** Null while its sources are being looked at. */
  readonly measure: SourceMeasure | null;
  /** What a regulator is shown of it. */
  readonly queued: QueuedJob;
}

/** The jobs that wait, in the order in which they came. It does not decide who is next: that is the regulator's. */
export interface Line {
  /**
   * Whether `add` would take it.
   *
   * @throws AppError `full`, or `stale_attempt` when a newer attempt of the job waits already.
   */
  readonly check: (dispatch: Dispatch) => void;
  /** The same attempt again changes nothing but its priority; a newer one takes the place of the older. Throws as `check`. */
  readonly add: (dispatch: Dispatch, now: number) => LineEntry;
  /** Back to where it was, also when the line is full: it had its place. */
  readonly putBack: (entry: LineEntry) => void;
  /** Its sources were looked at. Does nothing for one that is not there any more. */
  readonly measured: (id: string, measure: SourceMeasure) => void;
  readonly remove: (id: string) => LineEntry | null;
  readonly get: (id: string) => LineEntry | null;
  readonly list: () => LineEntry[];
  readonly size: () => number;
}

/** Job numbers are unique only within one caller. */
export function lineId(dispatch: Pick<Dispatch, "job" | "callback">): string {
  return `${dispatch.callback.url}#${dispatch.job}`;
}

function entryOf(dispatch: Dispatch, enteredAt: number, measure: SourceMeasure | null): LineEntry {
  const { job, key, priority, front, submittedBy, submittedAt } = dispatch;
  const id = lineId(dispatch);
  const queued = {
    id,
    job,
    key,
    priority,
    front: front === null ? null : Date.parse(front),
    submittedBy,
    submittedAt: submittedAt === undefined ? enteredAt : Date.parse(submittedAt),
    enteredAt,
    ...(measure ?? unknownMeasure),
  };
  return { id, dispatch, enteredAt, measure, queued };
}

export function createLine(limit: number): Line {
  /** In the order in which they came. */
  let entries = new Map<string, LineEntry>();

  const check = (dispatch: Dispatch): void => {
    const there = entries.get(lineId(dispatch));
    if (there !== undefined && there.dispatch.attempt > dispatch.attempt) {
      throw new AppError(
        "stale_attempt",
        `Attempt ${there.dispatch.attempt} of job ${dispatch.job} waits here already, which is newer than ${dispatch.attempt}.`,
      );
    }
    if (there === undefined && entries.size >= limit) {
      throw new AppError("full", `The line is full: ${limit} jobs wait here.`, {
        hint: "Try another digester, or this one later.",
      });
    }
  };

  return {
    check,
    add(dispatch, now) {
      check(dispatch);
      const id = lineId(dispatch);
      const there = entries.get(id);
      const { enteredAt = now, measure = null } = there ?? {};
      const entry = entryOf(dispatch, enteredAt, measure);
      entries.set(id, entry);
      return entry;
    },
    putBack(entry) {
      const there = entries.get(entry.id);
      if (there === undefined || there.dispatch.attempt < entry.dispatch.attempt) {
        entries.set(entry.id, entry);
        entries = new Map([...entries].toSorted(([, a], [, b]) => a.enteredAt - b.enteredAt));
      }
    },
    measured(id, measure) {
      const there = entries.get(id);
      if (there !== undefined) entries.set(id, entryOf(there.dispatch, there.enteredAt, measure));
    },
    remove(id) {
      const there = entries.get(id) ?? null;
      entries.delete(id);
      return there;
    },
    get: (id) => entries.get(id) ?? null,
    list: () => [...entries.values()],
    size: () => entries.size,
  };
}
