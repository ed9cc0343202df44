import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import { hold, newJob, setPriority } from "../jobs/job-model.ts";
import { openLowdbStore, openStoreOn, type LowdbStoreOptions } from "./lowdb-store.ts";
import type { JournaledStore } from "./journaled-store.ts";
import { createSimulatedDisk, type SimulatedDisk, type Step } from "./simulated-disk.ts";
import {
  contentsOf,
  createModel,
  instructionOf,
  operation,
  perform,
  type Contents,
  type Operation,
} from "./store-model.ts";
import type { Store } from "./store.ts";

const now = Date.UTC(2026, 10, 24);
/** Small enough for a compaction after every few changes. */
const small = { compactAtBytes: 6_000, segmentBytes: 8_000 };

async function opened(
  disk: SimulatedDisk,
  options: Partial<LowdbStoreOptions> = {},
): Promise<{ store: JournaledStore; warnings: string[] }> {
  const warnings: string[] = [];
  const store = await openStoreOn(disk, {
    onWarning: (message) => warnings.push(message),
    now: () => now,
    ...options,
  });
  return { store, warnings };
}

function create(store: Store, key: string) {
  return store.create(newJob({ key, crop: "dev" }, now), instructionOf(false));
}

/** What the first `count` of the operations lead to. */
function expected(operations: readonly Operation[], count: number): Contents {
  return outcomeOf(operations.slice(0, count).map((asked, i) => [asked, now + i]));
}

function outcomeOf(past: ReadonlyArray<readonly [Operation, number]>): Contents {
  const model = createModel();
  for (const [asked, at] of past) model.perform(asked, at);
  return model.contents();
}

/** Asks for all, several at a time, and tells how many were answered before the disk died. */
async function performAll(
  store: Store,
  operations: readonly Operation[],
  atOnce: number,
): Promise<{ answered: number; asked: number }> {
  let answered = 0;
  for (let start = 0; start < operations.length; start += atOnce) {
    const group = operations.slice(start, start + atOnce);
    const outcomes = await Promise.allSettled(
      group.map((asked, i) => perform(store, asked, now + start + i)),
    );
    const lost = outcomes.findIndex(
      (outcome) => outcome.status === "rejected" && isUnavailable(outcome.reason),
    );
    if (lost !== -1) return { answered: start + lost, asked: start + group.length };
    answered = start + group.length;
  }
  return { answered, asked: answered };
}

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === "unavailable";
}

/** Whether the store holds what was answered, and nothing that was not asked for. */
async function isNothingLost(
  store: Store,
  all: readonly Operation[],
  { answered, asked }: { answered: number; asked: number },
): Promise<boolean> {
  const found = await contentsOf(store);
  for (let count = answered; count <= asked; count++) {
    if (isDeepStrictEqual(found, expected(all, count))) return true;
  }
  return false;
}

const performWithCompaction = async (
  store: JournaledStore,
  all: readonly Operation[],
  compactAt: number,
  atOnce: number,
) => {
  const compactions: Array<Promise<void>> = [];
  const listening = store.subscribe(({ seq }) => {
    if (seq % compactAt === 0) compactions.push(store.compact().catch(() => {}));
  });
  const done = await performAll(store, all, atOnce);
  await Promise.all(compactions);
  listening();
  return done;
};

const crashAt =
  (limit: number) =>
  ({ number }: Step) =>
    number >= limit ? "crash" : "go";

const stepsOf = async (all: readonly Operation[], compactAt: number): Promise<number> => {
  const disk = createSimulatedDisk();
  const { store } = await opened(disk, small);
  await performWithCompaction(store, all, compactAt, 1);
  await store.close();
  return disk.steps();
};

/** Says yes and no in turn, over and over. */
function flip(coins: readonly boolean[]): () => boolean {
  let i = 0;
  return () => coins[i++ % coins.length] === true;
}

const operations = fc.array(operation, { minLength: 1, maxLength: 30 });

describe("a reopened store", () => {
  it("is as it was, closed or killed at any point, compacted or not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(operation, fc.constantFrom("go", "close", "kill", "compact")), {
          maxLength: 30,
        }),
        async (script) => {
          let disk = createSimulatedDisk();
          let { store, warnings } = await opened(disk, small);
          for (const [i, [asked, then]] of script.entries()) {
            await perform(store, asked, now + i).catch(() => {});
            if (then === "compact") await store.compact();
            if (then === "close" || then === "kill") {
              if (then === "close") await store.close();
              disk = disk.afterKill();
              ({ store, warnings } = await opened(disk, small));
            }
          }
          const asked = script.map(([first]) => first);
          expect(await contentsOf(store)).toEqual(expected(asked, asked.length));
          expect(warnings).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has all that was answered up to any byte of its journal", async () => {
    await fc.assert(
      fc.asyncProperty(operations, fc.double({ min: 0, max: 1, noNaN: true }), async (all, cut) => {
        const disk = createSimulatedDisk();
        const { store } = await opened(disk);
        const ends: number[] = [];
        for (const [i, asked] of all.entries()) {
          await perform(store, asked, now + i).catch(() => {});
          ends.push(disk.content("journal-000001.ndjson").length);
        }
        const whole = disk.content("journal-000001.ndjson");
        const length = Math.round(whole.length * cut);
        const torn = disk.afterKill();
        torn.setContent("journal-000001.ndjson", whole.subarray(0, length));
        const { store: after, warnings } = await opened(torn);
        const complete = ends.filter((end) => end <= length).length;
        expect(await contentsOf(after)).toEqual(expected(all, complete));
        const isTorn = length > 0 && whole[length - 1] !== 0x0a;
        expect(warnings).toHaveLength(isTorn ? 1 : 0);
        await create(after, "new");
        await after.close();
        const again = await opened(torn.afterKill());
        expect(again.warnings).toEqual([]);
        expect(await again.store.jobByKey("dev", "new")).not.toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it("goes on with its numbers, and replays events from before", async () => {
    const disk = createSimulatedDisk();
    const first = await opened(disk);
    await create(first.store, "a");
    await first.store.compact();
    await create(first.store, "b");
    await first.store.close();
    const { store } = await opened(disk.afterKill());
    expect(await create(store, "c")).toMatchObject({ id: 3 });
    expect((await store.eventsAfter(1, 10))?.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it("admits that it does not have events any more that are long past", async () => {
    const disk = createSimulatedDisk();
    const { store } = await opened(disk, { eventWindow: 3 });
    for (let i = 0; i < 10; i++) await create(store, `run${i}`);
    expect(await store.eventsAfter(0, 10)).toBeNull();
    expect((await store.eventsAfter(8, 10))?.map(({ seq }) => seq)).toEqual([9, 10]);
    await store.compact();
    await store.compact();
    await store.compact();
    await store.close();
    const again = await opened(disk.afterKill());
    expect(await again.store.eventsAfter(8, 10)).toBeNull();
    expect(await again.store.eventsAfter(10, 10)).toEqual([]);
  });
});

describe("a store that dies", { timeout: 60_000 }, () => {
  const crashes = fc.record({
    all: operations,
    /** As a share of the steps that all take. */
    when: fc.double({ min: 0, max: 1, noNaN: true }),
    compactAt: fc.integer({ min: 1, max: 30 }),
  });

  it("by a kill at any step has lost nothing that was answered", async () => {
    await fc.assert(
      fc.asyncProperty(
        crashes,
        fc.integer({ min: 1, max: 6 }),
        async ({ all, when, compactAt }, atOnce) => {
          const steps = await stepsOf(all, compactAt);
          const disk = createSimulatedDisk();
          const { store } = await opened(disk, small);
          disk.onStep(crashAt(Math.ceil(disk.steps() + when * (steps - disk.steps()))));
          const done = await performWithCompaction(store, all, compactAt, atOnce);
          const { store: after } = await opened(disk.afterKill(), small);
          expect(await isNothingLost(after, all, done)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("by a loss of power at any step has lost nothing that was answered", async () => {
    await fc.assert(
      fc.asyncProperty(
        crashes,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 15 }),
        async ({ all, when, compactAt }, coins) => {
          const steps = await stepsOf(all, compactAt);
          const disk = createSimulatedDisk();
          const { store } = await opened(disk, small);
          disk.onStep(crashAt(Math.ceil(disk.steps() + when * (steps - disk.steps()))));
          const done = await performWithCompaction(store, all, compactAt, 1);
          const { store: after } = await opened(disk.afterPowerLoss(flip(coins)), small);
          expect(await isNothingLost(after, all, done)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("again and again, while it starts as well, has lost nothing that was answered", async () => {
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.array(fc.record({ steps: fc.integer({ min: 1, max: 60 }), power: fc.boolean() }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 15 }),
        async (all, deaths, coins) => {
          const survives = flip(coins);
          let disk = createSimulatedDisk();
          // What was not answered may have taken place or not, until someone has seen which.
          let possible: Array<Array<readonly [Operation, number]>> = [[]];
          let rest = all.map((asked, i) => [asked, now + i] as const);
          for (const { steps, power } of deaths) {
            disk.onStep(crashAt(steps));
            const store = await opened(disk, small).then(
              (value) => value.store,
              () => null,
            );
            const seen = store === null ? null : await contentsOf(store).catch(() => null);
            if (seen !== null) {
              possible = possible.filter((past) => isDeepStrictEqual(seen, outcomeOf(past)));
            }
            for (const [i, [asked, at]] of rest.entries()) {
              if (store === null) break;
              const lost = await perform(store, asked, at).then(() => false, isUnavailable);
              const before = possible;
              possible = before.map((past) => [...past, [asked, at] as const]);
              if (!lost) continue;
              possible.push(...before);
              rest = rest.slice(i + 1);
              break;
            }
            disk = power ? disk.afterPowerLoss(survives) : disk.afterKill();
          }
          const { store } = await opened(disk, small);
          const found = await contentsOf(store);
          expect(possible.map(outcomeOf)).toContainEqual(found);
        },
      ),
      { numRuns: 80 },
    );
  });
});

describe("a disk that fails", () => {
  it("at any step makes a change fail or not, and never half of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
        async (all, gaps) => {
          const disk = createSimulatedDisk();
          const { store } = await opened(disk, small);
          const failing = new Set<number>();
          let next = disk.steps();
          for (const gap of gaps) failing.add((next += gap));
          disk.onStep(({ number }) => (failing.has(number) ? "fail" : "go"));
          const model = createModel();
          for (const [i, asked] of all.entries()) {
            const failed = await perform(store, asked, now + i).then(() => false, isUnavailable);
            if (!failed) model.perform(asked, now + i);
            if (i % 4 === 0) await store.compact().catch(() => {});
          }
          disk.onStep(() => "go");
          expect(await contentsOf(store)).toEqual(model.contents());
          await store.close();
          const again = await opened(
            disk.afterPowerLoss(() => false),
            small,
          );
          expect(await contentsOf(again.store)).toEqual(model.contents());
          expect(again.warnings).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("fails what was built upon the change that failed, and shows nothing of either", async () => {
    const disk = createSimulatedDisk();
    const { store } = await opened(disk);
    const before = await create(store, "run1");
    const heard: Event[] = [];
    store.subscribe((event) => heard.push(event));
    let toFail = 1;
    disk.onStep(({ kind }) => (kind === "sync" && toFail-- > 0 ? "fail" : "go"));
    const first = store.update(1, (job) => setPriority(job, 7, "Ada", now));
    const seen: number[] = [];
    const second = store.update(1, (job) => {
      seen.push(job.priority);
      return hold(job, "Ada", now);
    });
    const third = store.update(1, (job) => ({ job, events: [] }));
    const fourth = create(store, "run2");
    const sameKey = create(store, "run2");
    const outcomes = await Promise.allSettled([first, second, third, fourth, sameKey]);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => "rejected"));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: "unavailable" } });
    }
    expect(seen).toEqual([7]);
    expect(heard).toEqual([]);
    expect(await store.job(1)).toEqual(before);
    expect(await create(store, "run2")).toMatchObject({ id: 2 });
    expect(await store.lastSeq()).toBe(2);
  });

  it("says that it is unavailable for as long as that lasts, and can be read meanwhile", async () => {
    const disk = createSimulatedDisk();
    const { store } = await opened(disk);
    const job = await create(store, "run1");
    disk.onStep(() => "fail");
    for (const key of ["run2", "run3"]) {
      await expect(create(store, key)).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("/store/journal-000001.ndjson"),
      });
    }
    expect(await store.job(1)).toEqual(job);
    disk.onStep(() => "go");
    expect(await create(store, "run2")).toMatchObject({ id: 2 });
  });
});

describe("a folder", () => {
  it("that cannot be used is named", async () => {
    const directory = join(fileURLToPath(import.meta.url), "below-a-file");
    await expect(openLowdbStore(directory, { onWarning: () => {} })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining(`The store's folder ${directory} cannot be used`),
    });
  });
});
