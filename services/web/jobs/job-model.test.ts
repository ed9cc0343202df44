import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobPatch } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { isSettled } from "../../contract/job.ts";
import type { DigestResult } from "../../contract/result.ts";
import type { Change } from "../store/store.ts";
import {
  applyPatch,
  loseAttempt,
  newJob,
  place,
  refusedEvent,
  submittedEvent,
  unplace,
} from "./job-model.ts";
import { cancel, hold, release, requeue, setFront, setPriority, undo } from "./person-changes.ts";
import type { JobRecord } from "./job-record.ts";
import { defaultRetryPolicy } from "./retries.ts";

const leaseMs = 15_000;
const fresh = (fields: Partial<JobRecord> = {}): JobRecord => ({
  ...newJob({ key: "k", crop: "dev" }, 1000),
  id: 1,
  ...fields,
});

const patch = (job: JobRecord, fields: Partial<JobPatch>, now = 2000): Change =>
  applyPatch(job, { digester: "d", attempt: 1, ...fields }, now, leaseMs);

const claimed = (fields: Partial<JobRecord> = {}): JobRecord => ({
  ...patch(fresh(), { callback: 1, status: "in_progress" }).job,
  ...fields,
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    throw thrown;
  }
  return "fine";
};

describe("claiming", () => {
  it("begins the next attempt, on the digester that claims, with a lease", () => {
    const { job, events } = patch(fresh({ digester: "other" }), { message: "Beginning Digest" });
    expect(job).toMatchObject({
      status: "in_progress",
      attempt: 1,
      digester: "d",
      startedAt: 2000,
      leaseUntil: 17_000,
      reason: null,
      progress: 0,
    });
    expect(events).toMatchObject([{ type: "claimed", status: "in_progress", attempt: 1 }]);
  });

  it("is for one: whoever comes second is refused", () => {
    expect(codeOf(() => patch(claimed(), { digester: "e" }))).toBe("stale_attempt");
    expect(codeOf(() => patch(claimed(), { attempt: 2 }))).toBe("stale_attempt");
    expect(codeOf(() => patch(fresh(), { attempt: 2 }))).toBe("stale_attempt");
  });

  it("is refused for what is held, has nothing to digest, or has ended", () => {
    expect(codeOf(() => patch(fresh({ held: true }), {}))).toBe("conflict");
    expect(codeOf(() => patch(fresh({ hasInstruction: false }), {}))).toBe("conflict");
    expect(codeOf(() => patch(fresh({ status: "failed" }), {}))).toBe("stale_attempt");
    expect(codeOf(() => patch(fresh(), { status: "completed" }))).toBe("stale_attempt");
  });

  it("forgets what the attempt before it left", () => {
    const settled = patch(claimed(), { status: "failed", reason: "No such file" }).job;
    const again = requeue(settled, "ada", 3000).job;
    const { job } = patch(again, { attempt: 2 });
    expect(job).toMatchObject({
      attempt: 2,
      result: null,
      reason: null,
      callback: 0,
      settledAt: null,
    });
  });
});

describe("callbacks of the running attempt", () => {
  it("renew the lease and tell of steps", () => {
    const { job, events } = patch(claimed(), {
      callback: 2,
      step: "validating",
      gobiiStatus: "validation",
      message: "Beginning Validation",
    });
    expect(job).toMatchObject({ step: "validating", leaseUntil: 17_000, callback: 2 });
    expect(events).toMatchObject([{ type: "step", step: "validating" }]);
    expect(events[0]?.status).toBeUndefined();
  });

  it("may publish once, and say so twice", () => {
    const first = patch(claimed(), { callback: 2, publish: true });
    expect(first.events).toMatchObject([{ type: "publishing" }]);
    expect(first.job.publishing).toBe(true);
    const second = patch(first.job, { callback: 2, publish: true });
    expect(second).toEqual({ job: first.job, events: [] });
  });

  it("settle it, with the reason of a failure in its message", () => {
    const done = patch(claimed(), { status: "completed", message: "Successful Data Load" });
    expect(done.job).toMatchObject({
      status: "completed",
      step: "completed",
      gobiiStatus: "completed",
      reason: null,
      progress: 1,
      leaseUntil: null,
      settledAt: 2000,
    });
    const failed = patch(claimed(), { status: "failed", message: "Status: …", reason: "a.txt:3" });
    expect(failed.job).toMatchObject({ reason: "a.txt:3", message: "Status: …" });
    expect(codeOf(() => patch(done.job, { step: "validating" }))).toBe("stale_attempt");
    expect(codeOf(() => patch(done.job, { status: "failed" }))).toBe("stale_attempt");
    expect(patch(done.job, { status: "completed" })).toEqual({ job: done.job, events: [] });
  });

  it("are nothing any more when it has settled, even those that were applied once", () => {
    // A hand-over that was on its way for long makes its digester claim and publish the attempt again.
    const told = patch(claimed(), { callback: 2, publish: true });
    const done = patch(told.job, { callback: 3, status: "completed" });
    const first = { callback: 1, status: "in_progress" } as const;
    expect(patch(told.job, first)).toEqual({ job: told.job, events: [] });
    expect(codeOf(() => patch(done.job, first))).toBe("stale_attempt");
    expect(codeOf(() => patch(done.job, { callback: 2, publish: true }))).toBe("stale_attempt");
    expect(patch(done.job, { callback: 3, status: "completed" }).job).toBe(done.job);
  });

  it("hand it back without counting it as lost", () => {
    const { job, events } = patch(claimed(), { status: "submitted", reason: "Spot notice." });
    expect(job).toMatchObject({ status: "submitted", digester: null, losses: 0, attempt: 1 });
    expect(events).toMatchObject([{ type: "handed_back", status: "submitted" }]);
  });
});

describe("what people want", () => {
  it("stops a running attempt by asking, and a waiting one at once", () => {
    const asked = cancel(claimed(), "ada", 3000);
    expect(asked.job).toMatchObject({ status: "in_progress", cancelledBy: "ada" });
    expect(cancel(asked.job, "ada", 3000).events).toEqual([]);
    expect(cancel(fresh(), "ada", 3000).job).toMatchObject({
      status: "aborted",
      reason: "Cancelled by ada.",
    });
    const done = patch(claimed(), { status: "completed" }).job;
    expect(codeOf(() => cancel(done, "ada", 1))).toBe("conflict");
  });

  it("is not undone by a digester that vanishes meanwhile", () => {
    const asked = cancel(claimed(), "ada", 3000).job;
    expect(loseAttempt(asked, "Gone.", 4000).job.status).toBe("aborted");
    expect(patch(asked, { status: "submitted" }).job.status).toBe("aborted");
  });

  it("requeues what has ended and places anew what waits, not what runs", () => {
    const failed = patch(claimed(), { status: "failed" }).job;
    expect(requeue(failed, "ada", 3000).events).toMatchObject([
      { type: "requeued", status: "submitted", by: "ada" },
    ]);
    const placed = place(fresh(), "d", 1000).job;
    const anew = requeue(placed, "ada", 3000);
    expect(anew.job.digester).toBeNull();
    expect(anew.events[0]?.status).toBeUndefined();
    expect(codeOf(() => requeue(claimed(), "ada", 1))).toBe("conflict");
    expect(codeOf(() => requeue(fresh({ hasInstruction: false }), "ada", 1))).toBe("conflict");
  });

  it("keeps on holding a job that is requeued, and says so", () => {
    const held = hold(fresh(), "ada", 2000).job;
    expect(requeue(held, "bob", 3000).job).toMatchObject({ held: true, reason: "Held." });
    const aborted = cancel(held, "ada", 3000).job;
    expect(requeue(aborted, "bob", 4000).job).toMatchObject({
      held: false,
      reason: "Requeued by bob.",
    });
  });
});

it("keeps what a refused callback said", () => {
  const said: JobPatch = { digester: "e", attempt: 7, status: "completed", callback: 3 };
  expect(refusedEvent(claimed(), said, "Stale.", 5)).toMatchObject({
    type: "refused",
    attempt: 7,
    digester: "e",
    message: "Stale.",
    refused: said,
  });
});

it("tells of a new job", () => {
  expect(submittedEvent(fresh({ submittedBy: "ada" }))).toMatchObject({
    type: "submitted",
    status: "submitted",
    by: "ada",
    attempt: 0,
  });
});

/** Anything that may be asked of a job, by anybody, in any order. */
type Wish =
  | { readonly kind: "patch"; readonly patch: JobPatch }
  | { readonly kind: "place" | "unplace" | "lose" | "requeue" | "hold" | "release" | "cancel" }
  | { readonly kind: "priority"; readonly priority: number };

const digesters = fc.constantFrom("d", "e");
const somePatch = fc.record(
  {
    digester: digesters,
    attempt: fc.integer({ min: 1, max: 6 }),
    callback: fc.integer({ min: 1, max: 5 }),
    status: fc.constantFrom("submitted", "in_progress", "completed", "failed", "aborted"),
    step: fc.constantFrom("validating", "transforming"),
    publish: fc.boolean(),
    mayPass: fc.boolean(),
    progress: fc.double({ min: 0, max: 1, noNaN: true }),
    message: fc.constant("Working"),
  },
  { requiredKeys: ["digester", "attempt"] },
) as fc.Arbitrary<JobPatch>;

const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 6, arbitrary: somePatch.map((said) => ({ kind: "patch" as const, patch: said })) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "place" as const,
        "unplace" as const,
        "lose" as const,
        "requeue" as const,
        "hold" as const,
        "release" as const,
        "cancel" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("priority" as const), priority: fc.nat() }),
  },
);

function grant(job: JobRecord, wished: Wish, now: number): Change {
  switch (wished.kind) {
    case "patch":
      return applyPatch(job, wished.patch, now, leaseMs);
    case "place":
      return place(job, "d", now);
    case "unplace":
      return unplace(job, "Gone from the line.", now);
    case "lose":
      return loseAttempt(job, "Not heard from.", now);
    case "requeue":
      return requeue(job, "ada", now);
    case "hold":
      return hold(job, "ada", now);
    case "release":
      return release(job, "ada", now);
    case "cancel":
      return cancel(job, "ada", now);
    case "priority":
      return setPriority(job, wished.priority, "ada", now);
  }
}

/** What the wishes make of a job; those that are refused change nothing. */
function history(wishes: readonly Wish[]) {
  const steps: Array<{ wished: Wish; before: JobRecord; change: Change }> = [];
  let job = fresh();
  wishes.forEach((wished, i) => {
    let change: Change = { job, events: [] };
    try {
      change = grant(job, wished, 2000 + i * 4000);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
    }
    steps.push({ wished, before: job, change });
    job = change.job;
  });
  return steps;
}

type Step = ReturnType<typeof history>[number];

/** Steps, of any history, of which the test says that they must not be. */
function offences(isWrong: (step: Step) => boolean): Step[] {
  const found: Step[] = [];
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 60 }), (wishes) => {
      found.push(...history(wishes).filter(isWrong));
      return found.length === 0;
    }),
    { numRuns: 500, endOnFailure: true },
  );
  return found;
}

const changesNothing = ({ before, change }: Step): boolean =>
  change.job === before && change.events.length === 0;

describe("whatever is asked of a job, in whatever order", () => {
  it("attempts only rise, by one, and by a claim of a submitted job alone", () => {
    const wrong = offences(({ before, change }) => {
      const rise = change.job.attempt - before.attempt;
      const claims = change.events.filter(({ type }) => type === "claimed").length;
      return rise !== claims || (rise !== 0 && before.status !== "submitted");
    });
    expect(wrong).toEqual([]);
  });

  it("a patch of an older attempt, or of another digester's attempt, changes nothing", () => {
    const wrong = offences((step) => {
      if (step.wished.kind !== "patch") return false;
      const { attempt, digester } = step.wished.patch;
      const isOld = attempt < step.before.attempt;
      const isForeign = attempt === step.before.attempt && digester !== step.before.digester;
      return (isOld || isForeign) && !changesNothing(step);
    });
    expect(wrong).toEqual([]);
  });

  it("no callback is applied twice", () => {
    const wrong = offences((step) => {
      if (step.wished.kind !== "patch") return false;
      const { attempt, callback = Infinity } = step.wished.patch;
      const isOld = attempt === step.before.attempt && callback <= step.before.callback;
      return isOld && !changesNothing(step);
    });
    expect(wrong).toEqual([]);
  });

  it("no attempt is completed twice", () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 60 }), (wishes) => {
        const completed = history(wishes)
          .flatMap(({ change }) => change.events)
          .filter(({ type, status }) => type === "settled" && status === "completed")
          .map(({ attempt }) => attempt);
        expect(new Set(completed).size).toBe(completed.length);
      }),
      { numRuns: 500 },
    );
  });

  it("a job that waits has a reason, one that runs has a digester and a lease", () => {
    const wrong = offences(({ change: { job } }) => {
      if (job.status === "submitted" && (job.reason ?? "") === "") return true;
      const runs = job.status === "in_progress";
      if (runs && job.digester === null) return true;
      return (
        runs === (job.leaseUntil === null) || isSettled(job.status) === (job.settledAt === null)
      );
    });
    expect(wrong).toEqual([]);
  });

  it("only a submitted job is held", () => {
    expect(offences(({ change: { job } }) => job.held && job.status !== "submitted")).toEqual([]);
  });

  it("an event has a status exactly where the job's has changed, and is the new one", () => {
    const wrong = offences(({ before, change }) => {
      const told = change.events.flatMap(({ status }) => status ?? []);
      const changed = before.status === change.job.status ? [] : [change.job.status];
      return told.join() !== changed.join();
    });
    expect(wrong).toEqual([]);
  });
});

describe("taking back", () => {
  const settled = (fields: Partial<JobRecord> = {}): JobRecord => ({
    ...patch(claimed(), {
      callback: 2,
      status: "failed",
      reason: "bad.vcf, line 3",
      result: resultWith({ errors: [{ message: "x", file: "/bad.vcf", line: 3, column: 1 }] }),
    }).job,
    ...fields,
  });

  it.each([
    ["a hold", fresh({ digester: "d" }), (job: JobRecord) => hold(job, "ada", 5)],
    ["a release", fresh({ held: true }), (job: JobRecord) => release(job, "ada", 5)],
    ["a priority", fresh(), (job: JobRecord) => setPriority(job, 8, "ada", 5)],
    ["a priority of a running job", claimed(), (job: JobRecord) => setPriority(job, 8, "ada", 5)],
    ["a place at the front", fresh(), (job: JobRecord) => setFront(job, 5, "ada", 5)],
    ["a cancellation", fresh({ digester: "d" }), (job: JobRecord) => cancel(job, "ada", 5)],
    ["a requeue", settled(), (job: JobRecord) => requeue(job, "ada", 5)],
  ])("restores what was before %s, with an event", (_what, before, change) => {
    const after = change(before).job;
    const { job, events } = undo(after, before, after, "bob", 9);
    expect(job).toMatchObject({
      status: before.status,
      held: before.held,
      priority: before.priority,
      front: before.front,
      attempt: before.attempt,
      result: before.result,
      failure: before.failure,
      settledAt: before.settledAt,
      cancelledBy: null,
    });
    expect(events).toEqual([expect.objectContaining({ type: "undone", by: "bob" })]);
  });

  it("frees the place in a line of a job that it takes out of it, and keeps it otherwise", () => {
    const before = fresh({ held: true });
    const after = release(before, "ada", 5).job;
    const placed = place(after, "d", 6).job;
    expect(undo(placed, before, after, "bob", 9).job.digester).toBeNull();
    const bumped = setFront(placed, 7, "ada", 7).job;
    expect(undo(bumped, placed, bumped, "bob", 9).job).toMatchObject({
      digester: "d",
      front: null,
    });
  });

  it("is refused once the job has gone on", () => {
    const before = settled();
    const after = requeue(before, "ada", 5).job;
    const again = patch(after, { attempt: 2, callback: 1, status: "in_progress" }).job;
    expect(codeOf(() => undo(again, before, after, "bob", 9))).toBe("conflict");
    const asked = cancel(claimed(), "ada", 5).job;
    expect(codeOf(() => undo(asked, claimed(), asked, "bob", 9))).toBe("conflict");
  });
});

describe("the kind of a failure", () => {
  it.each([
    ["input", resultWith({ errors: [{ message: "x", file: "/a", line: null, column: null }] })],
    [
      "validation",
      resultWith({ validation: [{ fileName: "marker", status: "FAILED", failures: [] }] }),
    ],
    ["other", resultWith({})],
    ["other", undefined],
  ])("%s", (kind, result) => {
    const fields = { callback: 2, status: "failed" as const, reason: "r" };
    const { job } = patch(claimed(), result === undefined ? fields : { ...fields, result });
    expect(job.failure).toBe(kind);
    expect(requeue(job, "ada", 5).job.failure).toBeNull();
  });

  it("is lost after too many losses, environment after too many tries", () => {
    const policy = { ...defaultRetryPolicy, losses: 1, failures: 1 };
    expect(loseAttempt(claimed(), "gone", 9, policy).job.failure).toBe("lost");
  });
});

function resultWith(fields: Partial<DigestResult>): DigestResult {
  return {
    status: "failed",
    tables: [],
    matrix: null,
    validation: [],
    errors: [],
    errorCount: 0,
    warnings: [],
    durationMs: 1,
    bytesRead: 1,
    ...fields,
  };
}
