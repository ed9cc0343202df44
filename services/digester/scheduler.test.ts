import { describe, expect, it, onTestFinished } from "vitest";
import type { Dispatch } from "../contract/digester.ts";
import type { AppError } from "../contract/errors.ts";
import type { Attempt, AttemptEnd, StopReason } from "./attempt.ts";
import { chooseRegulator, defaultRegulator } from "./regulators/index.ts";
import { createScheduler, type SchedulerOptions } from "./scheduler.ts";
import { unknownMeasure } from "./source-measure.ts";
import { makeDispatch, silentLog, until } from "./testing/fakes.ts";

const own = "http://127.0.0.1:8080/api/callback";
const foreign = "http://127.0.0.1:9/cb";

interface FakeAttempt extends Attempt {
  readonly stops: StopReason[];
  /** Needs its worker no more; ending does so as well. */
  leave(): void;
  end(how: AttemptEnd): void;
  claim(): void;
}

function fakeAttempt(dispatch: Dispatch): FakeAttempt {
  let resolveEnd: ((how: AttemptEnd) => void) | null = null;
  const ended = new Promise<AttemptEnd>((resolve) => (resolveEnd = resolve));
  let leave: (() => void) | null = null;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const end = (how: AttemptEnd): void => resolveEnd?.(how);
  const stops: StopReason[] = [];
  let claimed = false;
  return {
    dispatch,
    ended,
    digested: Promise.race([left, ended]),
    leave: () => leave?.(),
    end,
    stops,
    bytesRead: () => 0,
    claim: () => (claimed = true),
    view: () => (claimed ? { step: "transforming", progress: 0.5, startedAt: 1000 } : null),
    stop: (why) => {
      stops.push(why);
      if (why.kind === "closing") end({ kind: "handed_back" });
    },
  };
}

function setUp(more: Partial<SchedulerOptions> = {}) {
  const attempts: FakeAttempt[] = [];
  const kept: number[] = [];
  const scheduler = createScheduler({
    digester: "node-1",
    workers: 1,
    lineLimit: 3,
    regulator: defaultRegulator,
    machine: { memoryBytes: 8e9, cores: 8, timeZone: "UTC" },
    history: { usage: () => [], durationOf: () => null, add: () => undefined },
    measure: async () => unknownMeasure,
    intake: {
      keep: async ({ job }) => void kept.push(job),
      forget: async ({ job }) => void kept.splice(kept.indexOf(job), 1),
    },
    keepsRecord: (url) => url === own,
    start: (dispatch) => {
      const attempt = fakeAttempt(dispatch);
      attempts.push(attempt);
      return attempt;
    },
    now: Date.now,
    log: silentLog,
    onChange: () => undefined,
    ...more,
  });
  onTestFinished(() =>
    scheduler.close({
      kind: "closing",
      why: "node-1 is shutting down.",
      report: false,
      deadline: AbortSignal.abort(),
    }),
  );
  const accept = (job: number, given: Parameters<typeof makeDispatch>[0] = {}): Promise<void> =>
    scheduler.accept(makeDispatch({ job, key: `job-${job}`, url: own, ...given }));
  const started = (): number[] => attempts.map(({ dispatch }) => dispatch.job);
  const waiting = (): Array<[number, string]> =>
    scheduler.view(null).waiting.map(({ job, reason }) => [job, reason]);
  return { scheduler, attempts, kept, accept, started, waiting };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "taken",
    (thrown: AppError) => thrown.code,
  );

const timed = (leftMs: number, sourceBytes: number) =>
  setUp({
    endsAt: Date.now() + leftMs,
    measure: async () => ({ ...unknownMeasure, sourceBytes }),
  });

describe("a node whose time is limited", () => {
  it("refuses what it cannot finish, so that others get it", async () => {
    const { accept, attempts } = timed(60_000, 5e9);
    await expect(accept(1)).rejects.toMatchObject({
      code: "conflict",
      message: "This node ends in 1 min, and reading 5.0 GB may take 25 min.",
    });
    expect(attempts).toHaveLength(0);
  });

  it("begins what it can", async () => {
    const { accept, attempts, started } = timed(60_000, 5e6);
    await accept(1);
    await until(() => attempts.length === 1, "it begins");
    expect(started()).toEqual([1]);
  });

  it("gives up what waits in its line once there is no time left for it", async () => {
    let now = Date.now();
    const { accept, attempts, scheduler } = setUp({
      endsAt: now + 60_000,
      now: () => now,
      measure: async () => ({ ...unknownMeasure, sourceBytes: 1e6 }),
    });
    await accept(1);
    await until(() => attempts.length === 1, "it begins");
    attempts[0]?.claim();
    await accept(2);
    expect(scheduler.view(null).waiting).toMatchObject([{ job: 2 }]);
    now += 59_000;
    attempts[0]?.end({ kind: "handed_back" });
    await until(() => scheduler.view(null).waiting.length === 0, "it goes");
    expect(attempts).toHaveLength(1);
  });
});

describe("scheduler", () => {
  it("gives a worker to the next while the one before asks, moves its files and tells", async () => {
    const { attempts, accept, started, scheduler } = setUp({ lineLimit: 100 });
    for (let job = 1; job <= 60; job += 1) await accept(job);
    await until(() => started().length === 1, "the first started");
    attempts[0]?.claim();
    attempts[0]?.leave();
    await until(() => started().length === 2, "the second started");
    expect(scheduler.view(null).running).toMatchObject([{ job: 1 }]);
    for (let i = 1; i < 60; i += 1) {
      attempts[i]?.leave();
      for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate);
    }
    // As many as may be ending at once, however many workers are free.
    expect(started()).toHaveLength(32);
    attempts[5]?.end({ kind: "settled", status: "completed" });
    await until(() => started().length === 33, "one has ended, so the next started");
  });

  it("starts in order as workers become free, and tells the others why they wait", async () => {
    const { attempts, accept, started, waiting, scheduler } = setUp();
    for (const job of [1, 2, 3]) await accept(job);
    await until(() => started().length === 1, "the first started");
    expect(waiting()[0]).toEqual([1, "Starting now."]);
    attempts[0]?.claim();
    expect(scheduler.view(null).running).toMatchObject([{ job: 1, step: "transforming" }]);
    expect(waiting()).toEqual([
      [2, "Next in line: first come, first served; starts after job 1 (job-1)."],
      [3, "Second in line: first come, first served; starts after job 2 (job-2)."],
    ]);
    attempts[0]?.end({ kind: "settled", status: "completed" });
    await until(() => started().length === 2, "the second started");
    expect(started()).toEqual([1, 2]);
  });

  it("takes a repeated dispatch as one, and refuses what does not fit", async () => {
    const { accept, started, attempts } = setUp();
    await accept(1);
    await until(() => started().length === 1, "started");
    expect(await codeOf(accept(1))).toBe("taken");
    for (const job of [2, 3, 4]) expect(await codeOf(accept(job))).toBe("taken");
    expect(await codeOf(accept(2))).toBe("taken");
    expect(await codeOf(accept(5))).toBe("full");
    expect(await codeOf(accept(1, { attempt: 2 }))).toBe("full");
    attempts[0]?.end({ kind: "settled", status: "completed" });
    await until(() => started().length === 2, "the next started");
    expect(started()).toEqual([1, 2]);
  });

  it("stops an attempt whose caller sends a newer one, and starts that only after its end", async () => {
    const { accept, attempts, waiting } = setUp({ workers: 2 });
    await accept(1);
    await until(() => attempts.length === 1, "started");
    attempts[0]?.claim();
    await accept(1, { attempt: 2 });
    expect(attempts[0]?.stops).toEqual([{ kind: "stale" }]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(waiting()).toEqual([[1, "Waits until its earlier attempt on this node has stopped."]]);
    attempts[0]?.end({ kind: "dropped" });
    await until(() => attempts.length === 2, "the newer one started");
    expect(await codeOf(accept(1, { attempt: 1 }))).toBe("stale_attempt");
  });

  it("puts a job back whose caller does not answer, says so, and tries again", async () => {
    const { accept, attempts, waiting, scheduler } = setUp();
    await accept(1, { url: foreign });
    await until(() => attempts.length === 1, "started");
    attempts[0]?.end({ kind: "unclaimed", why: "connect ECONNREFUSED" });
    await until(() => waiting()[0]?.[1].includes("does not answer") === true, "told why");
    expect(waiting()[0]?.[1]).toContain("127.0.0.1:9");
    scheduler.callerAnswers(foreign);
    await until(() => attempts.length === 2, "tried again");
    attempts[1]?.end({ kind: "unclaimed", why: "connect ECONNREFUSED" });
    await until(() => attempts.length === 3, "tried again by itself");
  });

  it("keeps on disk what only it knows of, before it says yes", async () => {
    const { accept, kept, scheduler } = setUp({ workers: 1 });
    await accept(1);
    await accept(2, { url: foreign });
    expect(kept).toEqual([2]);
    expect(scheduler.withdraw(2, null)).toBe("waiting");
    expect(kept).toEqual([]);
  });

  it("withdraws waiting jobs, cancels running ones, and asks whose when it cannot know", async () => {
    const { accept, attempts, scheduler } = setUp({ workers: 1 });
    await accept(1);
    await until(() => attempts.length === 1, "started");
    await accept(2);
    await accept(2, { url: foreign });
    expect(() => scheduler.withdraw(2, null)).toThrow("Several callers");
    expect(scheduler.withdraw(2, foreign)).toBe("waiting");
    expect(scheduler.withdraw(2, null)).toBe("waiting");
    expect(scheduler.withdraw(1, null)).toBe("running");
    expect(attempts[0]?.stops).toEqual([{ kind: "cancelled" }]);
    expect(scheduler.withdraw(9, null)).toBe("unknown");
  });

  it("shows each caller its own jobs", async () => {
    const { scheduler, accept, attempts } = setUp({ workers: 2 });
    await accept(1);
    await accept(1, { url: foreign });
    await until(() => attempts.length === 2, "started");
    attempts[0]?.claim();
    await accept(2, { url: foreign });
    const shown = (caller: string | null): number[] => {
      const { running, waiting } = scheduler.view(caller);
      return [...running, ...waiting].map(({ job }) => job);
    };
    expect(shown(own)).toEqual([1]);
    expect(shown(foreign)).toEqual([1, 2]);
    expect(shown(null)).toEqual([1, 1, 2]);
  });

  it("takes unsettled jobs as far as there is room, and lets those go that have settled", async () => {
    const { scheduler, attempts, started, waiting } = setUp();
    const of = (job: number): Dispatch => makeDispatch({ job, key: `job-${job}`, url: own });
    scheduler.adopt(own, [1, 2, 3, 4, 5].map(of), Date.now());
    await until(() => attempts.length === 1, "started");
    attempts[0]?.claim();
    expect(waiting().map(([job]) => job)).toEqual([2, 3]);
    // Job 1 runs; that the web service lists it must not disturb it.
    scheduler.adopt(own, [{ ...of(1), attempt: 2 }, of(3)], Date.now() + 1);
    expect(attempts[0]?.stops).toEqual([]);
    expect(waiting().map(([job]) => job)).toEqual([3]);
    // What came while the list was on its way is not on it.
    scheduler.adopt(own, [], Date.now() - 60_000);
    expect(waiting().map(([job]) => job)).toEqual([3]);
    expect(started()).toEqual([1]);
  });

  it("when draining, refuses and starts nothing, and lets the record's keeper have its jobs", async () => {
    const { scheduler, accept, attempts, waiting } = setUp();
    await accept(1);
    await until(() => attempts.length === 1, "started");
    attempts[0]?.claim();
    await accept(2);
    await accept(3, { url: foreign });
    scheduler.drain(true);
    expect(await codeOf(accept(4))).toBe("draining");
    expect(waiting()).toEqual([[3, expect.stringContaining("draining")]]);
    attempts[0]?.end({ kind: "settled", status: "completed" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(attempts).toHaveLength(1);
    scheduler.drain(false);
    expect(attempts.map(({ dispatch }) => dispatch.job)).toEqual([1, 3]);
  });

  it("when paused, keeps its line and takes more into it, and starts nothing until it is resumed", async () => {
    const { scheduler, accept, attempts, waiting } = setUp();
    await accept(1);
    await until(() => attempts.length === 1, "started");
    attempts[0]?.claim();
    await accept(2);
    scheduler.pause(true);
    await accept(3);
    await until(() => waiting().length === 2, "both wait");
    expect(waiting()).toEqual([
      [2, expect.stringContaining("paused")],
      [3, expect.stringContaining("paused")],
    ]);
    expect(scheduler.view(null).paused).toBe(true);
    attempts[0]?.end({ kind: "settled", status: "completed" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(attempts).toHaveLength(1);
    scheduler.pause(false);
    await until(() => attempts.length === 2, "resumed");
    expect(attempts[1]?.dispatch.job).toBe(2);
  });

  it("previews without changing anything", async () => {
    const { scheduler, accept, attempts } = setUp({ workers: 2 });
    for (const job of [1, 2]) await accept(job);
    await until(() => attempts.length === 2, "started");
    for (const attempt of attempts) attempt.claim();
    await accept(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = JSON.stringify(scheduler.view(null));
    const preview = scheduler.preview(chooseRegulator(defaultRegulator));
    expect(preview).toMatchObject({ start: [], waiting: [{ job: 3, after: 1, position: 1 }] });
    expect(JSON.stringify(scheduler.view(null))).toBe(before);
    expect(attempts).toHaveLength(2);
  });

  it("hands everything back when it closes", async () => {
    const { scheduler, accept, attempts } = setUp();
    await accept(1);
    await until(() => attempts.length === 1, "started");
    await scheduler.close({
      kind: "closing",
      why: "node-1 is shutting down.",
      report: true,
      deadline: AbortSignal.timeout(1000),
    });
    expect(attempts[0]?.stops).toMatchObject([{ kind: "closing" }]);
  });
});
