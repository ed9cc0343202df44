import { describe, expect, it } from "vitest";
import type { JobSort } from "../../../../services/contract/api.ts";
import type { JobStatus, JobSummary } from "../../../../services/contract/job.ts";
import { jobOf } from "../../testing/wire.ts";
import type { JobPages } from "../jobs.ts";
import { applyJobs, type JobChanges } from "./job-pages.ts";

const counts = { submitted: 0, in_progress: 0, completed: 0, failed: 0, aborted: 0 };

function pagesOf(jobs: JobSummary[][], isWhole: boolean, total = jobs.flat().length): JobPages {
  return {
    pageParams: jobs.map(() => null),
    pages: jobs.map((page, index) => ({
      jobs: page,
      total,
      counts,
      unsearched: 0,
      nextCursor: isWhole && index === jobs.length - 1 ? null : `after ${index}`,
    })),
  };
}

function changesOf(jobs: JobSummary[], happened = jobs): JobChanges {
  return {
    jobs: new Map(jobs.map((job) => [job.id, job])),
    happened: new Set(happened.map((job) => job.id)),
  };
}

const failed = (id: number) => jobOf(id, { status: "failed" });
const filterOf = (status: JobStatus[] = [], sort: JobSort = "-id") => ({ status, q: "", sort });
const idsOf = (pages: JobPages) => pages.pages.map((page) => page.jobs.map((job) => job.id));

describe("applyJobs", () => {
  it("replaces a row where it stands and leaves other pages as they are", () => {
    const before = pagesOf(
      [
        [jobOf(4), jobOf(3)],
        [jobOf(2), jobOf(1)],
      ],
      true,
    );
    const { pages, stale } = applyJobs(
      before,
      filterOf(),
      changesOf([jobOf(2, { status: "in_progress" })]),
    );
    expect(idsOf(pages)).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(pages.pages[1]?.jobs[0]?.status).toBe("in_progress");
    expect(pages.pages[0]).toBe(before.pages[0]);
    expect(stale).toBe(false);
  });

  it("takes out what the filter does not let through any more, and counts it off", () => {
    const before = pagesOf([[jobOf(2), jobOf(1)]], true);
    const { pages } = applyJobs(
      before,
      filterOf(["submitted"]),
      changesOf([jobOf(1, { status: "failed" })]),
    );
    expect(idsOf(pages)).toEqual([[2]]);
    expect(pages.pages[0]?.total).toBe(1);
  });

  it("puts a new job at the top of the newest and at the end of the oldest", () => {
    const newest = applyJobs(
      pagesOf([[jobOf(2), jobOf(1)]], true),
      filterOf(),
      changesOf([jobOf(3)]),
    );
    expect(idsOf(newest.pages)).toEqual([[3, 2, 1]]);
    expect(newest.pages.pages[0]?.total).toBe(3);
    const oldest = applyJobs(
      pagesOf([[jobOf(1), jobOf(2)]], true),
      filterOf([], "id"),
      changesOf([jobOf(3)]),
    );
    expect(idsOf(oldest.pages)).toEqual([[1, 2, 3]]);
  });

  it("puts a job that begins to match between its neighbours", () => {
    const { pages } = applyJobs(
      pagesOf(
        [
          [failed(9), failed(7)],
          [failed(3), failed(1)],
        ],
        true,
      ),
      filterOf(["failed"]),
      changesOf([failed(5)]),
    );
    expect(idsOf(pages)).toEqual([
      [9, 7],
      [5, 3, 1],
    ]);
  });

  it("leaves a job alone that belongs to a page not loaded yet", () => {
    const before = pagesOf([[jobOf(9), jobOf(8)]], false, 100);
    const { pages } = applyJobs(before, filterOf(), changesOf([jobOf(3)]));
    expect(idsOf(pages)).toEqual([[9, 8]]);
    expect(pages.pages[0]?.total).toBe(100);
  });

  it("fills an empty list", () => {
    const { pages } = applyJobs(pagesOf([[]], true), filterOf(), changesOf([jobOf(1)]));
    expect(idsOf(pages)).toEqual([[1]]);
  });

  it("never puts in a job of which nothing but progress is known", () => {
    const { pages } = applyJobs(pagesOf([[]], true), filterOf(), changesOf([jobOf(1)], []));
    expect(idsOf(pages)).toEqual([[]]);
  });

  it("asks again where the order may have changed, and only there", () => {
    const before = pagesOf([[jobOf(1), jobOf(2)]], true);
    const touched = changesOf([jobOf(2, { updatedAt: "2026-11-24T10:00:00.000Z" })]);
    expect(applyJobs(before, filterOf([], "-updatedAt"), touched).stale).toBe(true);
    expect(applyJobs(before, filterOf([], "key"), touched).stale).toBe(false);
    expect(applyJobs(before, filterOf([], "key"), changesOf([jobOf(3)])).stale).toBe(true);
    const progress = changesOf([jobOf(2, { progress: 0.5 })], []);
    expect(applyJobs(before, filterOf([], "-updatedAt"), progress).stale).toBe(false);
  });
});
