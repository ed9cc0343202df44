import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Dispatch } from "../contract/digester.ts";
import type { Attempt, AttemptEnd } from "./attempt.ts";
import { chooseRegulator, defaultRegulator } from "./regulators/index.ts";
import type { Usage } from "./regulators/regulator.ts";
import { createScheduler } from "./scheduler.ts";
import { makeDispatch, silentLog, until } from "./testing/fakes.ts";

const people = ["ana", "bo", "cy"];
const jobs = Array.from({ length: 200 }, (_, i) => i + 1);
const sizeOf = (job: number): number => ((job * 7919) % 211) * 1_000_000;

const durationOf = (bytes: number | null): number => 1000 + (bytes ?? 0) / 1000;

/** Two workers, on which a job ends only when the test says so, and a clock that stands still in between. */
async function fullLine() {
  const running: Array<{ job: number; end: (how: AttemptEnd) => void }> = [];
  const order: number[] = [];
  const usage: Usage[] = [];
  let now = Date.UTC(2026, 10, 24, 12);

  const start = (dispatch: Dispatch): Attempt => {
    let end: ((how: AttemptEnd) => void) | null = null;
    const ended = new Promise<AttemptEnd>((resolve) => (end = resolve));
    const startedAt = now;
    order.push(dispatch.job);
    running.push({ job: dispatch.job, end: (how) => end?.(how) });
    return {
      dispatch,
      ended,
      digested: ended,
      bytesRead: () => sizeOf(dispatch.job),
      view: () => ({ step: "transforming", progress: 0, startedAt }),
      stop: () => end?.({ kind: "handed_back" }),
    };
  };
  const scheduler = createScheduler({
    digester: "node-1",
    workers: 2,
    lineLimit: 1000,
    regulator: defaultRegulator,
    machine: { memoryBytes: 8e9, cores: 8, timeZone: "UTC" },
    history: {
      usage: () => usage,
      durationOf,
      add: ({ submittedBy, bytes, at }) => void usage.push({ submittedBy, bytes, at, jobs: 1 }),
    },
    measure: async (instruction) => {
      const [first] = instruction.shape === "list" ? instruction.instructions : [];
      const sourceBytes = sizeOf(Number(first?.gobiiFile.source?.slice(1)));
      return { sourceBytes, memoryBytes: 2e8, fileSystems: ["/data"] };
    },
    intake: { keep: async () => undefined, forget: async () => undefined },
    keepsRecord: () => true,
    start,
    now: () => now,
    log: silentLog,
    onChange: () => undefined,
  });
  onTestFinished(() =>
    scheduler.close({
      kind: "closing",
      why: "node-1 is shutting down.",
      report: false,
      deadline: AbortSignal.abort(),
    }),
  );
  for (const job of [1001, 1002, ...jobs]) {
    const submittedBy = people[job % 7 === 0 ? 1 : job % 5 === 0 ? 2 : 0] ?? null;
    const submittedAt = new Date(now - (2000 - job) * 1000).toISOString();
    const about = { job, key: `job-${job}`, priority: job % 4, submittedBy, submittedAt };
    await scheduler.accept(makeDispatch({ ...about, source: `/${job}` }));
    if (job === 1002) await until(() => order.length === 2, "the first two started");
  }
  const isReady = (): boolean =>
    scheduler.view(null).waiting.every(({ reason }) => reason.includes("in line"));
  await until(isReady, "all have a place");

  /** Ends whichever job would end first, until none waits, and tells in which order the others started. */
  const playOut = async (): Promise<number[]> => {
    const endsAt = new Map(running.map(({ job }) => [job, now + durationOf(sizeOf(job))]));
    order.splice(0);
    while (order.length < jobs.length) {
      for (const { job } of running) {
        if (!endsAt.has(job)) endsAt.set(job, now + durationOf(sizeOf(job)));
      }
      running.sort((a, b) => (endsAt.get(a.job) ?? 0) - (endsAt.get(b.job) ?? 0));
      const first = running.shift();
      if (first === undefined) break;
      now = Math.max(now, endsAt.get(first.job) ?? now);
      first.end({ kind: "settled", status: "completed" });
      // The attempt's end is seen, then the scheduler decides in a turn of its own.
      await nextTurn();
      await nextTurn();
    }
    return [...order];
  };
  return { scheduler, playOut };
}

describe("a swap of the regulator under 200 waiting jobs", () => {
  it.each([
    ["priority", {}],
    ["fair-share", { weights: { bo: 3 } }],
    ["shortest-first", {}],
    ["resource-budget", { readersPerFileSystem: 1 }],
    ["combination", { parts: [{ name: "priority" }, { name: "fair-share" }] }],
  ])("to %s is seen at once, and what was previewed is what happens", async (name, options) => {
    const { scheduler, playOut } = await fullLine();
    const chosen = chooseRegulator({ name, options });
    const inOrder = scheduler.view(null).waiting.map(({ job }) => job);
    expect(inOrder).toEqual(jobs);
    const preview = scheduler.preview(chosen);
    expect(scheduler.view(null).waiting.map(({ job }) => job)).toEqual(jobs);
    expect(scheduler.regulator()).toEqual(defaultRegulator);

    scheduler.swap(chosen);
    const expected = [...preview.start, ...preview.waiting.map(({ job }) => job)];
    expect(scheduler.view(null).waiting[0]?.job).toBe(expected[0]);
    for (const { reason } of scheduler.view(null).waiting) expect(reason).toMatch(/\w.*\.$/);
    expect(await playOut()).toEqual(expected);
    const times = preview.waiting.map(({ startsAt }) => Date.parse(startsAt ?? ""));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
