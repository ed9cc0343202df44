import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import { hold, setPriority } from "../jobs/person-changes.ts";
import { openLowdbStore } from "./lowdb-store.ts";
import { createSimulatedDisk } from "./simulated-disk.ts";
import { createJob, isUnavailable, now, openSimulated, outcomeOfFirst } from "./simulated-store.ts";
import { contentsOf, createModel, operation, perform } from "./store-model.ts";

/** Small enough for a compaction after every few changes. */
const small = { compactAtBytes: 6_000, segmentBytes: 8_000 };

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
          let { store, warnings } = await openSimulated(disk, small);
          for (const [i, [asked, then]] of script.entries()) {
            await perform(store, asked, now + i).catch(() => {});
            if (then === "compact") await store.compact();
            if (then === "close" || then === "kill") {
              if (then === "close") await store.close();
              disk = disk.afterKill();
              ({ store, warnings } = await openSimulated(disk, small));
            }
          }
          const asked = script.map(([first]) => first);
          expect(await contentsOf(store)).toEqual(outcomeOfFirst(asked, asked.length));
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
        const { store } = await openSimulated(disk);
        const ends: number[] = [];
        for (const [i, asked] of all.entries()) {
          await perform(store, asked, now + i).catch(() => {});
          ends.push(disk.content("journal-000001.ndjson").length);
        }
        const whole = disk.content("journal-000001.ndjson");
        const length = Math.round(whole.length * cut);
        const torn = disk.afterKill();
        torn.setContent("journal-000001.ndjson", whole.subarray(0, length));
        const { store: after, warnings } = await openSimulated(torn);
        const complete = ends.filter((end) => end <= length).length;
        expect(await contentsOf(after)).toEqual(outcomeOfFirst(all, complete));
        const isTorn = length > 0 && whole[length - 1] !== 0x0a;
        expect(warnings).toHaveLength(isTorn ? 1 : 0);
        await createJob(after, "new");
        await after.close();
        const again = await openSimulated(torn.afterKill());
        expect(again.warnings).toEqual([]);
        expect(await again.store.jobByKey("dev", "new")).not.toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it("goes on with its numbers, and replays events from before", async () => {
    const disk = createSimulatedDisk();
    const first = await openSimulated(disk);
    await createJob(first.store, "a");
    await first.store.compact();
    await createJob(first.store, "b");
    await first.store.close();
    const { store } = await openSimulated(disk.afterKill());
    expect(await createJob(store, "c")).toMatchObject({ id: 3 });
    expect((await store.eventsAfter(1, 10))?.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it("admits that it does not have events any more that are long past", async () => {
    const disk = createSimulatedDisk();
    const { store } = await openSimulated(disk, { eventWindow: 3 });
    for (let i = 0; i < 10; i++) await createJob(store, `run${i}`);
    expect(await store.eventsAfter(0, 10)).toBeNull();
    expect((await store.eventsAfter(8, 10))?.map(({ seq }) => seq)).toEqual([9, 10]);
    await store.compact();
    await store.compact();
    await store.compact();
    await store.close();
    const again = await openSimulated(disk.afterKill());
    expect(await again.store.eventsAfter(8, 10)).toBeNull();
    expect(await again.store.eventsAfter(10, 10)).toEqual([]);
  });
});

describe("a disk that fails", () => {
  it("at any step makes a change fail or not, and never half of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })), {
          minLength: 1,
          maxLength: 12,
        }),
        async (all, gaps) => {
          const disk = createSimulatedDisk();
          const { store } = await openSimulated(disk, small);
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
          const again = await openSimulated(
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
    const { store } = await openSimulated(disk);
    const before = await createJob(store, "run1");
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
    const refused = store.update(1, () => {
      throw new AppError("conflict", "refused for what is not on disk");
    });
    const fourth = createJob(store, "run2");
    const sameKey = createJob(store, "run2");
    const outcomes = await Promise.allSettled([first, second, third, refused, fourth, sameKey]);
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => "rejected"));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: "unavailable" } });
    }
    expect(seen).toEqual([7]);
    expect(heard).toEqual([]);
    expect(await store.job(1)).toEqual(before);
    expect(await createJob(store, "run2")).toMatchObject({ id: 2 });
    expect(await store.lastSeq()).toBe(2);
  });

  it("fails what came while the write that failed was under way", async () => {
    const disk = createSimulatedDisk();
    const { store } = await openSimulated(disk);
    const before = await createJob(store, "run1");
    const late: Array<Promise<unknown>> = [];
    disk.onStep(({ kind }) => {
      if (kind !== "sync" || late.length > 0) return "go";
      late.push(
        store.update(1, (job) => hold(job, "Ada", now)),
        createJob(store, "run3"),
      );
      return "fail";
    });
    const first = store.update(1, (job) => setPriority(job, 7, "Ada", now));
    await expect(first).rejects.toMatchObject({ code: "unavailable" });
    for (const change of late) {
      await expect(change).rejects.toMatchObject({ code: "unavailable" });
    }
    expect(late).toHaveLength(2);
    expect(await store.job(1)).toEqual(before);
    await store.close();
    const again = await openSimulated(disk.afterKill());
    expect((await contentsOf(again.store)).jobs).toEqual([before]);
  });

  it("has nothing come back that it refused, though it could not be cut off at once", async () => {
    const disk = createSimulatedDisk();
    const { store } = await openSimulated(disk);
    const failures = ["sync journal-000001.ndjson", "truncate journal-000001.ndjson"];
    disk.onStep(({ kind, name }) => {
      // Without a snapshot, the journal in question is read again.
      if (name === "snapshot.ndjson.tmp") return "fail";
      if (`${kind} ${name}` !== failures[0]) return "go";
      failures.shift();
      return "fail";
    });
    await expect(createJob(store, "refused")).rejects.toMatchObject({ code: "unavailable" });
    expect(failures).toEqual([]);
    await expect(store.compact()).rejects.toThrow("ENOSPC");
    await createJob(store, "accepted");
    await store.close();
    const again = await openSimulated(disk.afterKill());
    expect((await contentsOf(again.store)).jobs.map(({ id, key }) => [id, key])).toEqual([
      [1, "accepted"],
    ]);
  });

  it("says that it is unavailable for as long as that lasts, and can be read meanwhile", async () => {
    const disk = createSimulatedDisk();
    const { store } = await openSimulated(disk);
    const job = await createJob(store, "run1");
    disk.onStep(() => "fail");
    for (const key of ["run2", "run3"]) {
      await expect(createJob(store, key)).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringContaining("/store/journal-000001.ndjson"),
      });
    }
    expect(await store.job(1)).toEqual(job);
    disk.onStep(() => "go");
    expect(await createJob(store, "run2")).toMatchObject({ id: 2 });
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
