import { describe, expect, it, onTestFinished } from "vitest";
import type { Statistics } from "../../contract/statistics.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { applyPatch, loseAttempt, newJob } from "./job-model.ts";
import { requeue } from "./person-changes.ts";
import { keepStatistics } from "./statistics.ts";

const minute = 60_000;
const noon = Date.parse("2026-11-24T12:00:00.000Z");

async function submit(store: Store, key: string, at: number): Promise<number> {
  return (await store.create(newJob({ key, crop: "dev" }, at), null)).id;
}

async function claim(store: Store, id: number, attempt: number, at: number): Promise<void> {
  await store.update(id, (job) =>
    applyPatch(job, { digester: "d", attempt, status: "in_progress" }, at, 1000),
  );
}

async function end(
  store: Store,
  id: number,
  attempt: number,
  status: "completed" | "failed",
  at: number,
): Promise<void> {
  await store.update(id, (job) =>
    applyPatch(job, { digester: "d", attempt, status, reason: "Why." }, at, 1000),
  );
}

async function kept(store: Store, now: number) {
  const keeper = await keepStatistics(store, () => now);
  onTestFinished(() => keeper.stop());
  return keeper;
}

/** What is not zero, by the time of day. */
function told(statistics: Statistics): Record<string, Record<string, number>> {
  const entries = statistics.buckets.map(({ at, ...counts }) => [
    at.slice(11, 16),
    Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  ]);
  return Object.fromEntries(entries.filter(([, counts]) => Object.keys(counts ?? {}).length > 0));
}

/** One job that completes, one that is lost, requeued and fails. */
async function someWork(store: Store): Promise<void> {
  const one = await submit(store, "one", noon);
  const two = await submit(store, "two", noon + 1000);
  await claim(store, one, 1, noon + 30_000);
  await end(store, one, 1, "completed", noon + minute);
  await claim(store, two, 1, noon + 2 * minute);
  await store.update(two, (job) => loseAttempt(job, "Gone.", noon + 3 * minute));
  await claim(store, two, 2, noon + 5 * minute);
  await end(store, two, 2, "failed", noon + 5 * minute + 1000);
}

describe("statistics", () => {
  it("count what happens into minutes, waits from the last time in line", async () => {
    const store = createMemoryStore();
    const keeper = await kept(store, noon);
    await someWork(store);
    expect(told(keeper.read("hour", noon + 6 * minute))).toEqual({
      "12:00": { submitted: 2, started: 1, waitedMs: 30_000, longestWaitMs: 30_000 },
      "12:01": { completed: 1 },
      "12:02": { started: 1, waitedMs: 119_000, longestWaitMs: 119_000 },
      "12:03": { lost: 1 },
      "12:05": { started: 1, failed: 1, waitedMs: 120_000, longestWaitMs: 120_000 },
    });
  });

  it("tell of the time before a start what the jobs themselves tell", async () => {
    const store = createMemoryStore();
    await someWork(store);
    const three = await submit(store, "three", noon + 6 * minute);
    const keeper = await kept(store, noon + 7 * minute);
    // One that was in line over the start waits as long as it waited.
    await claim(store, three, 1, noon + 8 * minute);
    expect(told(keeper.read("day", noon + 9 * minute))).toEqual({
      "12:00": {
        submitted: 3,
        completed: 1,
        failed: 1,
        started: 2,
        waitedMs: 150_000,
        longestWaitMs: 120_000,
      },
    });
  });

  it("count a job that is requeued and ends again twice, and the same in each span", async () => {
    const store = createMemoryStore();
    const keeper = await kept(store, noon);
    await someWork(store);
    await store.update(1, (job) => requeue(job, "Ada", noon + 6 * minute));
    await claim(store, 1, 2, noon + 7 * minute);
    await end(store, 1, 2, "completed", noon + 8 * minute);
    for (const span of ["hour", "day", "week"] as const) {
      const { buckets } = keeper.read(span, noon + 9 * minute);
      expect(buckets.reduce((sum, { completed }) => sum + completed, 0)).toBe(2);
      expect(buckets.reduce((sum, { started }) => sum + started, 0)).toBe(4);
    }
  });

  it("are buckets without a gap that end with the one that is not over", async () => {
    const keeper = await kept(createMemoryStore(), noon);
    const { buckets, bucketMs } = keeper.read("week", noon + 1);
    expect(buckets).toHaveLength(84);
    expect(Date.parse(buckets.at(-1)?.at ?? "")).toBe(noon);
    const starts = buckets.map(({ at }) => Date.parse(at));
    expect(new Set(starts.slice(1).map((at, i) => at - (starts[i] ?? 0)))).toEqual(
      new Set([bucketMs]),
    );
  });

  it("let go of what nobody can ask for any more", async () => {
    const store = createMemoryStore();
    let now = noon;
    const keeper = await keepStatistics(store, () => now);
    onTestFinished(() => keeper.stop());
    await submit(store, "old", noon);
    for (let i = 0; i < 30; i++) {
      now += 24 * 60 * minute;
      for (let k = 0; k < 800; k++) await submit(store, `${i}-${k}`, now + k * minute);
    }
    expect(told(keeper.read("hour", noon))).toEqual({});
    const { buckets } = keeper.read("week", now + 799 * minute);
    expect(buckets.reduce((sum, { submitted }) => sum + submitted, 0)).toBeGreaterThan(4800);
  });
});
