import { describe, expect, it } from "vitest";
import type { JobList, JobSort } from "../../../../services/contract/api.ts";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { jobOf } from "../../testing/wire.ts";
import { applyJobs, mayMove, type JobChanges } from "./apply-to-list.ts";

const counts = { submitted: 0, in_progress: 0, completed: 0, failed: 0, aborted: 0 };

function pageOf(jobs: JobSummary[]): JobList {
  return { jobs, total: 900, counts, nextCursor: null, unsearched: 0 };
}

function changesOf(jobs: JobSummary[], created: number[] = [], happened = jobs): JobChanges {
  return {
    jobs: new Map(jobs.map((job) => [job.id, job])),
    happened: new Set(happened.map((job) => job.id)),
    created: new Set(created),
  };
}

describe("a list on which jobs change", () => {
  it("shows them where they stand, and is the same one when none of its jobs changed", () => {
    const page = pageOf([jobOf(9), jobOf(8)]);
    const after = applyJobs(page, changesOf([jobOf(8, { status: "failed" }), jobOf(3)]).jobs);
    expect(after.jobs.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "9 submitted",
      "8 failed",
    ]);
    expect(after.jobs[0]).toBe(page.jobs[0]);
    expect(applyJobs(page, changesOf([jobOf(3)]).jobs)).toBe(page);
  });

  const known = new Map([[8, jobOf(8, { updatedAt: "2026-11-24T09:00:00.000Z" })]]);
  const moved = (q: string, sort: JobSort, changes: JobChanges): boolean =>
    mayMove({ q, sort }, changes, known);

  it("may have to be asked for anew", () => {
    const changed = changesOf([jobOf(8, { status: "failed" })]);
    expect(moved("", "-id", changed)).toBe(false);
    expect(moved("status:submitted", "-id", changed)).toBe(true);
    expect(moved("", "-updatedAt", changed)).toBe(true);
    expect(moved("", "key", changed)).toBe(false);
    const elsewhere = changesOf([jobOf(3, { status: "failed" })]);
    expect(moved("", "id", elsewhere)).toBe(false);
    expect(moved("", "priority", elsewhere)).toBe(true);
    expect(moved("status:failed", "-id", elsewhere)).toBe(true);
    expect(moved("", "-id", changesOf([jobOf(10)], [10]))).toBe(true);
    expect(moved("status:failed", "-id", changesOf([jobOf(8)], [], []))).toBe(false);
  });
});
