import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { keepAll, removeExpired } from "../jobs/retention.ts";
import { segmentNumbers } from "./archive-segment.ts";
import { createSimulatedDisk, type SimulatedDisk } from "./simulated-disk.ts";
import { now, openSimulated } from "./simulated-store.ts";
import { complete, create } from "./store-fixtures.ts";
import { contentsOf, listAll } from "./store-model.ts";
import type { Store } from "./store.ts";

/** Small enough for a new file of the archive after every few jobs. */
const small = { compactAtBytes: 1_000_000, segmentBytes: 8_000 };
const count = 24;
const day = 86_400_000;

/** Jobs whose settled ones, all but every eighth, end a day apart; in files of the archive. */
async function filled(disk: SimulatedDisk) {
  const { store } = await openSimulated(slowly(disk), small);
  for (let i = 1; i <= count; i++) {
    const { id } = await create(store, `run${i}`);
    if (i % 8 === 0) continue;
    await complete(store, id);
    const settledAt = now + i * day;
    await store.update(id, (job) => ({ job: { ...job, settledAt }, events: [] }));
    if (i % 4 === 0) await store.compact();
  }
  await store.compact();
  return store;
}

/** As real ones are: others get their turn while it brings something to disk. */
function slowly(disk: SimulatedDisk): SimulatedDisk {
  return {
    ...disk,
    async open(name, mode) {
      const file = await disk.open(name, mode);
      const sync = async (): Promise<void> => {
        for (let turn = 0; turn < 3; turn++) await nextTurn();
        await file.sync();
      };
      return { ...file, sync };
    },
  };
}

const sizeOf = async (disk: SimulatedDisk): Promise<number> => {
  const names = await disk.list();
  return names.reduce((sum, name) => sum + disk.content(name).length, 0);
};

const policy = { ...keepAll, jobs: 3 };
const retain = (store: Store) =>
  removeExpired({ store, policy, now: () => now }, new AbortController().signal);
/** Those that wait, and the newest three that are settled. */
const kept = [8, 16, 21, 22, 23, 24];

async function idsIn(store: Store): Promise<number[]> {
  return (await listAll(store)).jobs.map(({ id }) => id);
}

/** All that belongs to the jobs that stay. */
async function remaining(store: Store) {
  const { jobs, instructions, events, settings } = await contentsOf(store);
  const at = jobs.flatMap(({ id }, i) => (kept.includes(id) ? [i] : []));
  return {
    jobs: at.map((i) => jobs[i]),
    instructions: at.map((i) => instructions[i]),
    events: at.map((i) => events[i]),
    settings,
  };
}

describe("removed jobs", () => {
  it("leave the disk with the files of the archive that hold little else", async () => {
    const disk = createSimulatedDisk();
    const store = await filled(disk);
    const before = await sizeOf(disk);
    const expected = await remaining(store);
    const segments = segmentNumbers(await disk.list());
    expect(segments.length).toBeGreaterThan(3);
    await retain(store);
    // What the journals and the snapshot before the newest still have goes with the second and third.
    for (let i = 0; i < 3; i++) await store.compact();
    expect(segmentNumbers(await disk.list())).not.toContain(segments[0]);
    expect(await sizeOf(disk)).toBeLessThan(before / 2);
    const hot = (await disk.list()).filter((name) => !name.startsWith("archive"));
    expect(hot.filter((name) => disk.content(name).includes('run2"'))).toEqual([]);
    expect(await remaining(store)).toEqual(expected);
    await store.close();
    const again = await openSimulated(disk.afterKill(), small);
    expect(again.warnings).toEqual([]);
    expect(await idsIn(again.store)).toEqual(kept);
    expect(await remaining(again.store)).toEqual(expected);
    expect(await create(again.store, "run1")).toMatchObject({ id: count + 1 });
  });

  it("stay so when the index of an archive's file is made anew", async () => {
    const disk = createSimulatedDisk();
    const store = await filled(disk);
    const expected = await remaining(store);
    await retain(store);
    await store.compact();
    await store.close();
    const next = disk.afterKill();
    for (const name of await next.list()) if (name.includes(".index.")) await next.remove(name);
    const again = await openSimulated(next, small);
    expect(await idsIn(again.store)).toEqual(kept);
    expect(await remaining(again.store)).toEqual(expected);
  });

  it("stay so when they are removed at any step of a compaction", async () => {
    for (let at = 1, isDone = false; !isDone; at++) {
      const disk = createSimulatedDisk();
      const store = await filled(disk);
      // Something to seal, so that the removal is written while the archive is.
      await create(store, "hot");
      const removals: Array<Promise<number[]>> = [];
      const limit = disk.steps() + at;
      disk.onStep(({ number }) => {
        if (number === limit) removals.push(store.remove([2], now, "old"));
        return "go";
      });
      await store.compact();
      isDone = removals.length === 0;
      await Promise.all(removals);
      const { store: after } = await openSimulated(disk.afterKill(), small);
      expect((await after.job(2)) === null, `step ${at}`).toBe(!isDone);
      expect(await idsIn(after)).toHaveLength(isDone ? count + 1 : count);
    }
  });

  it("take nothing else along when the service dies at any step, and are gone after the next start", async () => {
    const trial = createSimulatedDisk();
    const first = await filled(trial);
    const expected = await remaining(first);
    const begin = trial.steps();
    const play = async (store: Awaited<ReturnType<typeof filled>>): Promise<void> => {
      await retain(store);
      for (let i = 0; i < 3; i++) await store.compact();
    };
    await play(first);
    const steps = trial.steps() - begin;
    expect(steps).toBeGreaterThan(30);
    for (let at = 1; at <= steps; at++) {
      const disk = createSimulatedDisk();
      const store = await filled(disk);
      const limit = disk.steps() + at;
      disk.onStep(({ number }) => (number >= limit ? "crash" : "go"));
      await play(store).catch(() => undefined);
      for (const next of [disk.afterKill(), disk.afterPowerLoss(() => false)]) {
        const { store: after } = await openSimulated(next, small);
        expect(await remaining(after), `step ${at}`).toEqual(expected);
        await play(after);
        expect(await idsIn(after), `step ${at}`).toEqual(kept);
        expect(await remaining(after), `step ${at}`).toEqual(expected);
        await after.close();
      }
    }
  }, 120_000);
});
