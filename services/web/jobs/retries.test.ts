import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobPatch } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { applyPatch, loseAttempt, newJob } from "./job-model.ts";
import { requeue } from "./person-changes.ts";
import type { JobRecord } from "./job-record.ts";
import { defaultRetryPolicy, isDue, nextRetry, retryReason, type RetryPolicy } from "./retries.ts";

const start = 1000;
const crash = "The worker process ended unexpectedly.";

const patched = (job: JobRecord, patch: Partial<JobPatch>, now: number, policy?: RetryPolicy) =>
  applyPatch(job, { digester: "d", attempt: job.attempt, ...patch }, now, 15_000, policy);

const claimed = (job: JobRecord, now: number): JobRecord =>
  patched(job, { attempt: job.attempt + 1, callback: 1, status: "in_progress" }, now).job;

const running = (): JobRecord =>
  claimed({ ...newJob({ key: "k", crop: "dev" }, start), id: 1 }, start);

const failing: Partial<JobPatch> = { status: "failed", reason: crash, mayPass: true };

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "fine";
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : "another error";
  }
};

describe("a failure that may pass", () => {
  it("puts the job back in line, to be tried again later, and says so", () => {
    const { job, events } = patched(running(), failing, 2000);
    expect(job).toMatchObject({
      status: "submitted",
      digester: null,
      failures: 1,
      losses: 0,
      retry: { at: 12_000, why: crash, tries: 3 },
      reason: "Tries again in 10 s: the worker process ended unexpectedly (attempt 1 of 3).",
    });
    expect(events).toMatchObject([{ type: "retried", status: "submitted", message: job.reason }]);
  });

  it("cannot be claimed before its time, and can from then on", () => {
    const { job } = patched(running(), failing, 2000);
    expect(codeOf(() => claimed(job, 11_999))).toBe("conflict");
    expect(claimed(job, 12_000)).toMatchObject({ status: "in_progress", attempt: 2, retry: null });
  });

  it("is final after the last try", () => {
    const second = claimed(patched(running(), failing, 2000).job, 20_000);
    const third = claimed(patched(second, failing, 30_000).job, 60_000);
    const { job, events } = patched(third, failing, 70_000);
    expect(job).toMatchObject({
      status: "failed",
      retry: null,
      reason: "The worker process ended unexpectedly (tried 3 times).",
    });
    expect(events).toMatchObject([{ type: "settled", status: "failed" }]);
  });

  it("of a job that somebody wants stopped ends it", () => {
    const { job } = patched({ ...running(), cancelledBy: "ada" }, failing, 2000);
    expect(job).toMatchObject({ status: "aborted", retry: null });
  });

  it("is not tried again where the input is to blame", () => {
    const bad = { status: "failed", reason: "a.txt:3: expected 2 columns" } as const;
    expect(patched(running(), bad, 2000).job).toMatchObject({ status: "failed", retry: null });
  });

  it("is forgotten when a person requeues the job, which then starts at once", () => {
    const { job } = requeue(patched(running(), failing, 2000).job, "ada", 3000);
    expect(job).toMatchObject({ status: "submitted", failures: 0, losses: 0, retry: null });
    expect(isDue(job, 3000)).toBe(true);
  });
});

describe("lost attempts", () => {
  it("are counted apart, and a job that loses one digester after the other has failed", () => {
    let job = running();
    for (let loss = 1; loss < defaultRetryPolicy.losses; loss += 1) {
      job = loseAttempt(job, "d was not heard from.", 2000).job;
      expect(job).toMatchObject({ status: "submitted", losses: loss, failures: 0, retry: null });
      job = claimed(job, 2000);
    }
    const { job: ended, events } = loseAttempt(job, "d was not heard from.", 3000);
    expect(ended).toMatchObject({ status: "failed", losses: 5, leaseUntil: null });
    expect(ended.reason).toContain("5 attempts lost with their digesters");
    expect(events.map(({ type }) => type)).toEqual(["lease_expired", "settled"]);
  });
});

describe("the wait before the next try", () => {
  const policies = fc.record({
    tries: fc.integer({ min: 1, max: 20 }),
    firstMs: fc.integer({ min: 1, max: 60_000 }),
    longestMs: fc.integer({ min: 60_000, max: 3_600_000 }),
    losses: fc.constant(5),
  });

  it("doubles up to its cap, and there is none after the last try", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const waits = Array.from(
          { length: policy.tries - 1 },
          (_, i) => (nextRetry(i + 1, "x", start, policy)?.at ?? 0) - start,
        );
        expect(waits).toEqual(
          waits.map((_, i) => Math.min(policy.longestMs, policy.firstMs * 2 ** i)),
        );
        expect(nextRetry(policy.tries, "x", start, policy)).toBeNull();
      }),
    );
  });

  it("lets a job run exactly as often as the policy says, however its lost attempts lie between", () => {
    fc.assert(
      fc.property(policies, fc.array(fc.boolean(), { maxLength: 4 }), (policy, lost) => {
        let job = running();
        let now = start;
        let failures = 0;
        const losses = [...lost];
        while (job.status === "in_progress") {
          const isLost = losses.pop() === true;
          job = isLost
            ? loseAttempt(job, "Gone.", now, policy).job
            : patched(job, failing, now, policy).job;
          failures += isLost ? 0 : 1;
          if (job.status !== "submitted") break;
          now = job.retry?.at ?? now;
          job = claimed(job, now);
        }
        expect(job.status).toBe("failed");
        expect(failures).toBe(policy.tries);
      }),
    );
  });

  it("is told by the second, then by the minute", () => {
    const retry = { at: 100_000, why: "a.txt: There is no space left.", tries: 3 };
    expect(retryReason(2, retry, 60_000)).toBe(
      "Tries again in 40 s: a.txt: There is no space left (attempt 2 of 3).",
    );
    expect(retryReason(2, { ...retry, at: 300_000 }, 0)).toContain("in 5 min:");
  });
});
