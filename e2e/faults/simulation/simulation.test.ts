import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobRecord } from "../../../services/web/jobs/job-record.ts";
import { schedules, type PlannedJob, type Schedule } from "./schedule.ts";
import { simulate } from "./simulate.ts";
import { productRules, type Rules } from "./web.ts";

/** What is wrong with the smallest schedule that could be found under these rules; nothing where all properties hold. */
function violationsUnder(rules: Rules): readonly string[] {
  const holds = (schedule: Schedule): boolean => simulate(schedule, rules).violations.length === 0;
  const property = fc.property(schedules, holds);
  const { counterexample } = fc.check(property, { numRuns: 3000, seed: 1 });
  return counterexample === null ? [] : simulate(counterexample[0], rules).violations;
}

const unchanged = (job: JobRecord) => ({ job, events: [] });

describe("simulated schedules of kills, stops and bad networks", () => {
  it("lose no job, complete none twice, leave nothing over, and give every waiting job a reason", () => {
    const property = fc.property(schedules, (schedule) => {
      expect(simulate(schedule).violations).toEqual([]);
    });
    fc.assert(property, { numRuns: 600 });
  });

  it("run the same way each time", () => {
    for (const schedule of fc.sample(schedules, { numRuns: 20, seed: 1 })) {
      expect(simulate(schedule)).toEqual(simulate(schedule));
    }
  });

  it("are not harmless: attempts are lost, handed on and refused in them", () => {
    const events = fc
      .sample(schedules, { numRuns: 100, seed: 1 })
      .flatMap((schedule) => simulate(schedule).events);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect(count("lease_expired")).toBeGreaterThan(20);
    expect(
      events.filter(({ attempt, type }) => type === "claimed" && attempt > 1).length,
    ).toBeGreaterThan(20);
  });
});

const withoutFence: Rules["applyPatch"] = (job, patch, ...rest) => {
  const isOld = job.status === "in_progress" && patch.attempt <= job.attempt;
  const { attempt, digester } = job;
  const taken = isOld ? { ...patch, attempt, digester: digester ?? patch.digester } : patch;
  return productRules.applyPatch(job, taken, ...rest);
};

const forgivingRepetition: Rules["applyPatch"] = (job, patch, ...rest) => {
  const isTheirs = patch.attempt === job.attempt && patch.digester === job.digester;
  const isRepeated = (patch.callback ?? Infinity) <= job.callback;
  return isTheirs && isRepeated ? unchanged(job) : productRules.applyPatch(job, patch, ...rest);
};

describe("a model that is broken on purpose is caught", () => {
  it("when callbacks of old attempts count", () => {
    expect(violationsUnder({ ...productRules, applyPatch: withoutFence })).not.toEqual([]);
  });

  it("when an attempt may write after the next one has begun", () => {
    const found = violationsUnder({ ...productRules, fencesOutput: false });
    expect(found.join()).toMatch(/wrote into its destination|left over|completed before/);
  });

  it("when a settled job can be claimed again by who had it", () => {
    const found = violationsUnder({ ...productRules, applyPatch: forgivingRepetition });
    expect(found.join()).toContain("after its completion");
  });

  it("when a lost attempt is not given to another", () => {
    const found = violationsUnder({ ...productRules, loseAttempt: unchanged });
    expect(found.join()).toContain("is lost: in_progress");
  });
});

const quiet: Omit<Schedule, "jobs" | "regulator"> = {
  seed: 1,
  weather: { lossPercent: 0, duplicatePercent: 0, longestDelay: 20 },
  digesters: 1,
  workers: 1,
  renameMs: 5,
  faults: [],
  wishes: [],
};
const planned = (given: Partial<PlannedJob>): PlannedJob => ({
  at: 0,
  priority: 0,
  submittedBy: "ana",
  bytes: 1e6,
  runMs: 1000,
  ...given,
});
/** A crowd that brings more than one worker can do, for half a minute. */
const crowd = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 30_000 }),
    priority: fc.integer({ min: 0, max: 2 }),
    submittedBy: fc.constantFrom("bo", "chi"),
    bytes: fc.constantFrom(1e6, 5e6),
    runMs: fc.integer({ min: 500, max: 3000 }),
  }),
  { minLength: 10, maxLength: 25 },
);

/** Of the jobs, by index, those that began while the first one waited. */
function overtakers({ jobs, ...rest }: Schedule): PlannedJob[] {
  const { starts, events, violations } = simulate({ jobs, ...rest });
  expect(violations).toEqual([]);
  // Jobs are numbered as they come.
  const inOrder = jobs.toSorted((a, b) => a.at - b.at);
  const first = inOrder.findIndex((job) => job === jobs[0]) + 1;
  expect(events.filter(({ type }) => type === "settled")).toHaveLength(jobs.length);
  return starts.slice(0, starts.indexOf(first)).flatMap((id) => inOrder[id - 1] ?? []);
}

describe("nobody starves", () => {
  it("under priority with aging: who comes much later does not go first, however urgent", () => {
    const agingMs = 3000;
    const regulator = { name: "priority", options: { agingMinutes: agingMs / 60_000 } };
    fc.assert(
      fc.property(crowd, (others) => {
        const least = planned({ at: 0, priority: -2 });
        const before = overtakers({ ...quiet, regulator, jobs: [least, ...others] });
        // Four points between the most and the least urgent, one more for rounding.
        expect(before.filter(({ at }) => at > 5 * agingMs + 1000)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("under fair share: who has had nothing goes before those who have", () => {
    const regulator = { name: "fair-share", options: {} };
    fc.assert(
      fc.property(crowd, fc.integer({ min: 5000, max: 20_000 }), (others, at) => {
        const rare = planned({ at, submittedBy: "ana" });
        const before = overtakers({ ...quiet, regulator, jobs: [rare, ...others] });
        const came = before.filter((job) => job.at > at + 1000);
        // One of each other submitter at most: then they have had something, and ana has not.
        expect(came.filter(({ submittedBy }) => submittedBy === "bo").length).toBeLessThan(2);
        expect(came.filter(({ submittedBy }) => submittedBy === "chi").length).toBeLessThan(2);
      }),
      { numRuns: 60 },
    );
  });
});
