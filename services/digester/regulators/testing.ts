import * as fc from "fast-check";
import { foresee, type ExpectedStart } from "./foresee.ts";
import type { ChosenRegulator } from "./index.ts";
import type { Node, QueuedJob, Situation } from "./regulator.ts";

/** Situations for the tests of regulators. */

export function makeJob(job: number, given: Partial<QueuedJob> = {}): QueuedJob {
  return {
    id: `http://web/api/callback#${job}`,
    job,
    key: `job-${job}`,
    priority: 0,
    front: null,
    submittedBy: null,
    submittedAt: job,
    enteredAt: given.submittedAt ?? job,
    sourceBytes: 1e6,
    memoryBytes: 2e8,
    fileSystems: ["/data"],
    ...given,
  };
}

export function makeNode(workers: number, freeWorkers: number): Node {
  return { id: "node-1", workers, freeWorkers, memoryBytes: 8e9, cores: 8, timeZone: "UTC" };
}

const minute = 60_000;
const now = Date.UTC(2026, 10, 24, 12);

const jobs: fc.Arbitrary<QueuedJob> = fc
  .record({
    job: fc.integer({ min: 1, max: 500 }),
    priority: fc.integer({ min: -3, max: 3 }),
    front: fc.constantFrom(null, null, null, now - 2, now - 1),
    submittedBy: fc.constantFrom("ana", "bo", null),
    submittedAt: fc.integer({ min: 0, max: 100 }).map((minutes) => now - minutes * minute),
    sourceBytes: fc.constantFrom(null, 0, 1000, 5e6, 3e9),
    memoryBytes: fc.constantFrom(1e8, 3e9),
    fileSystems: fc.constantFrom([], ["/data"], ["/mnt/nfs"]),
  })
  .map(({ job, ...given }) => makeJob(job, given));

export const situations: fc.Arbitrary<Situation> = fc
  .record({
    all: fc.uniqueArray(jobs, { maxLength: 40, selector: ({ job }) => job }),
    workers: fc.integer({ min: 1, max: 6 }),
    busy: fc.integer({ min: 0, max: 6 }),
    usage: fc.array(
      fc.record({
        submittedBy: fc.constantFrom("ana", "bo", null),
        at: fc.integer({ min: 0, max: 100 }).map((hours) => now - hours * 60 * minute),
        bytes: fc.integer({ min: 0, max: 1e10 }),
        jobs: fc.integer({ min: 1, max: 9 }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ all, workers, busy, usage }) => {
    const running = all.slice(0, Math.min(busy, workers));
    return {
      waiting: all.slice(running.length),
      running: running.map((job) => ({ ...job, startedAt: job.submittedAt })),
      node: makeNode(workers, workers - running.length),
      usage,
      now,
    };
  });

const durationOf = ({ sourceBytes }: { sourceBytes: number | null }): number =>
  1 + (sourceBytes ?? 0) / 1000;

/** Plays a line to its end on one worker; a job takes a second for each megabyte. */
export function play(
  regulator: ChosenRegulator,
  waiting: readonly QueuedJob[],
  given: Partial<Situation> = {},
): ExpectedStart[] {
  return foresee({
    decide: regulator.decide,
    situation: { waiting, running: [], node: makeNode(1, 1), usage: [], now, ...given },
    durationOf,
    endOf: (job) => job.startedAt + durationOf(job),
    limit: Infinity,
  });
}
