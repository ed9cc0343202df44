import type { JobRecord, Volatile } from "../../jobs/job-record.ts";
import { touched } from "../change-rules.ts";
import type { Standing } from "../store.ts";
import { volatileColumns } from "./job-rows.ts";

interface Touch {
  readonly id: number;
  readonly fields: Partial<Volatile>;
  readonly whileIn: Standing;
}

/** What was said in passing and is not in the database yet. Who reads a job here sees it all the same. */
export interface TouchBuffer {
  add(id: number, fields: Partial<Volatile>, whileIn: Standing): void;
  isEmpty(): boolean;
  /** Takes what is there, oldest first, to be written; `done` lets go of it. */
  take(): { readonly touches: readonly Touch[]; readonly done: () => void };
  /** A view of the buffer as it is now, to be laid over what is read from now on. */
  overlay(): (job: JobRecord) => JobRecord;
}

export function createTouchBuffer(): TouchBuffer {
  let waiting: Touch[] = [];
  let writing: readonly Touch[] = [];
  return {
    add(id, fields, whileIn) {
      const last = waiting.findLastIndex((touch) => touch.id === id);
      const known = waiting[last];
      // A digester that reports ten times before the next write costs one.
      if (known !== undefined && isSame(known.whileIn, whileIn)) {
        waiting[last] = { id, fields: { ...known.fields, ...fields }, whileIn };
      } else {
        waiting.push({ id, fields, whileIn });
      }
    },
    isEmpty: () => waiting.length === 0 && writing.length === 0,
    take() {
      writing = [...writing, ...waiting];
      waiting = [];
      const touches = writing;
      return {
        touches,
        done() {
          if (writing === touches) writing = [];
        },
      };
    },
    overlay() {
      const byJob = new Map<number, Touch[]>();
      for (const touch of [...writing, ...waiting]) {
        const others = byJob.get(touch.id);
        if (others === undefined) byJob.set(touch.id, [touch]);
        else others.push(touch);
      }
      return (job) =>
        (byJob.get(job.id) ?? []).reduce(
          (before, { fields, whileIn }) => touched(before, fields, whileIn),
          job,
        );
    },
  };
}

function isSame(a: Standing, b: Standing): boolean {
  return a.status === b.status && a.attempt === b.attempt && a.held === b.held;
}

/** Writes touches, each only while its job stands where it must. Several of one job come in several calls. */
export const writeTouches = `
  UPDATE job SET ${volatileColumns
    .map(({ name }) => `${name} = CASE WHEN new.has_${name} THEN new.${name} ELSE job.${name} END`)
    .join(", ")}
  FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::boolean[], ${volatileColumns
    .map(({ type }, i) => `$${2 * i + 5}::boolean[], $${2 * i + 6}::${type}[]`)
    .join(", ")}) AS new(id, status, attempt, held, ${volatileColumns
    .map(({ name }) => `has_${name}, ${name}`)
    .join(", ")})
  WHERE job.id = new.id AND job.status IN ('submitted', 'in_progress')
    AND job.status = coalesce(new.status, job.status)
    AND job.attempt = coalesce(new.attempt, job.attempt)
    AND job.held = coalesce(new.held, job.held)`;

/** The parameters of `writeTouches`: a list for each column. No job may come twice. */
export function touchValues(touches: readonly Touch[]): unknown[][] {
  return [
    touches.map(({ id }) => id),
    touches.map(({ whileIn }) => whileIn.status ?? null),
    touches.map(({ whileIn }) => whileIn.attempt ?? null),
    touches.map(({ whileIn }) => whileIn.held ?? null),
    ...volatileColumns.flatMap(({ field, value }) => [
      touches.map(({ fields }) => field in fields),
      touches.map(({ fields }) => value(fields)),
    ]),
  ];
}

/** Rounds of touches in each of which no job comes twice, in order. */
export function roundsOf(touches: readonly Touch[]): Touch[][] {
  const rounds: Touch[][] = [];
  const next = new Map<number, number>();
  for (const touch of touches) {
    const round = next.get(touch.id) ?? 0;
    next.set(touch.id, round + 1);
    (rounds[round] ??= []).push(touch);
  }
  return rounds;
}
