import { describe, expect, it } from "vitest";
import type { Event, EventType } from "../../services/contract/event.ts";
import type { Job } from "../../services/contract/job.ts";
import { toJob, type JobRecord } from "../../services/web/jobs/job-record.ts";
import { newJob } from "../../services/web/jobs/job-model.ts";
import { judge, percentile, type Kill, type Outcome } from "./verdict.ts";

const at = (second: number): number => Date.UTC(2026, 10, 24, 12) + second * 1000;

/** `[second, type, attempt, digester]`; a settled one has completed. */
type Told = readonly [second: number, type: EventType, attempt: number, digester: string];

function eventsOf(told: readonly Told[]): Event[] {
  return told.map(([second, type, attempt, digester], index) => ({
    seq: index + 1,
    at: new Date(at(second)).toISOString(),
    type,
    job: 1,
    key: "a",
    attempt,
    digester,
    ...(type === "settled" ? { status: "completed" } : {}),
  }));
}

function jobThat(status: JobRecord["status"]): Job {
  return toJob({ ...newJob({ key: "a", crop: "dev" }, at(0)), id: 1, status });
}

function outcomeOf(told: readonly Told[], given: Partial<Outcome> = {}): Outcome {
  const events = eventsOf(told);
  return { key: "a", job: jobThat("completed"), events, difference: null, ...given };
}

function killOf(second: number, given: Partial<Kill> = {}): Kill {
  return {
    at: at(second),
    signal: "SIGKILL",
    target: "node-1",
    moment: "at any time",
    backAt: at(second + 1),
    ...given,
  };
}

const plain: readonly Told[] = [
  [1, "claimed", 1, "node-1"],
  [3, "publishing", 1, "node-1"],
  [4, "settled", 1, "node-1"],
];
const again: readonly Told[] = [
  [1, "claimed", 1, "node-1"],
  [20, "lease_expired", 1, "node-1"],
  [22, "claimed", 2, "node-2"],
  [23, "settled", 2, "node-2"],
];

describe("the verdict on a run", () => {
  it("finds nothing wrong with jobs that completed once", () => {
    const { lost, completedTwice, different, unkept } = judge([outcomeOf(plain)], [], []);
    expect([lost, completedTwice, different, unkept]).toEqual([[], [], [], []]);
  });

  it("counts as lost what has no record or has not completed", () => {
    const none = outcomeOf([], { job: null });
    const waiting = outcomeOf([], { job: jobThat("submitted") });
    const failed = outcomeOf([], { job: jobThat("failed") });
    expect(judge([none, waiting, failed, outcomeOf(plain)], [], []).lost).toHaveLength(3);
  });

  it.each<Told>([
    [9, "settled", 1, "node-1"],
    [9, "settled", 2, "node-2"],
    [9, "claimed", 2, "node-2"],
    [9, "publishing", 1, "node-1"],
  ])("sees a completion that was not the last word: %s %s", (...later) => {
    expect(judge([outcomeOf([...plain, later])], [], []).completedTwice).toEqual(["a"]);
  });

  it("does not take a refused callback for a completion", () => {
    const refused = outcomeOf([...again, [30, "refused", 1, "node-1"]]);
    const verdict = judge([refused], [], []);
    expect(verdict).toMatchObject({ completedTwice: [], refused: 1, attempts: 2 });
  });

  it("sees an event that was told and is not in the record", () => {
    const outcome = outcomeOf(plain);
    const phantom = eventsOf([...plain, [9, "settled", 2, "node-2"]]);
    expect(judge([outcome], [], phantom).unkept).toEqual(["4 settled a 2"]);
  });

  it("passes on what is wrong with the output", () => {
    const wrong = outcomeOf(plain, { difference: "holds nothing" });
    expect(judge([wrong], [], []).different).toEqual(["a: holds nothing"]);
  });
});

const recoveries = (told: readonly Told[], ...kills: Kill[]): number[] =>
  judge([outcomeOf(told)], kills, []).recoveries;

describe("the time from a kill to running again", () => {
  it("ends with the next claim, and the first of several kills counts", () => {
    expect(recoveries(again, killOf(5))).toEqual([17]);
    expect(recoveries(again, killOf(5), killOf(8))).toEqual([17]);
  });

  it("ends when a later life has brought a publish to its end", () => {
    expect(recoveries(plain, killOf(3.5, { backAt: at(3.8) }))).toEqual([0.5]);
  });

  it("counts a claim that was under way when its digester was killed", () => {
    expect(recoveries(again, killOf(0.9, { backAt: at(3) }))).toEqual([21.1]);
  });

  it.each([
    ["of another digester", killOf(5, { target: "node-3" })],
    ["before the claim", killOf(-5)],
    ["after its attempt was given up", killOf(21)],
  ])("has nothing to do with a kill %s", (_which, kill) => {
    expect(recoveries(again, kill)).toEqual([]);
  });

  it("counts a digester that was stopped only where it lost its attempt", () => {
    const stop = killOf(2, { signal: "SIGSTOP" });
    expect(recoveries(plain, stop)).toEqual([]);
    expect(recoveries(again, stop)).toEqual([20]);
  });

  it("does not count an attempt that had ended before its process had", () => {
    const term = killOf(3.5, { signal: "SIGTERM", backAt: at(6) });
    expect(recoveries(plain, term)).toEqual([]);
  });
});

describe("a percentile", () => {
  it("is a value that so many percent do not exceed", () => {
    const values = Array.from({ length: 200 }, (_, i) => i + 1);
    expect(percentile(values, 50)).toBe(100);
    expect(percentile(values, 99)).toBe(198);
    expect(percentile(values, 100)).toBe(200);
    expect(percentile([], 50)).toBeNull();
  });
});
