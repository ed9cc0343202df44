import { describe, expect, it } from "vitest";
import { AppError } from "../../contract/errors.ts";
import type { Log } from "../log.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { complete, create, now } from "../store/store-fixtures.ts";
import type { Store } from "../store/store.ts";
import { inWords, keepAll, removeExpired, startRetention } from "./retention.ts";

const day = 86_400_000;
const never = new AbortController().signal;

/** Jobs that were settled some days before `now`, and one that waits since long. */
async function storeWith(...daysAgo: readonly number[]): Promise<Store> {
  const store = createMemoryStore();
  for (const [i, days] of daysAgo.entries()) {
    const { id } = await create(store, `run${i}`);
    await complete(store, id);
    const settledAt = now - days * day;
    await store.update(id, (job) => ({ job: { ...job, settledAt }, events: [] }));
  }
  await create(store, "waiting", { submittedAt: now - 1000 * day });
  return store;
}

const idsOf = async (store: Store): Promise<number[]> => {
  const waiting = (await store.unsettled()).map(({ id }) => id);
  const settled = await store.expired({ settledBefore: now + day, newest: null, limit: 10_000 });
  return [...settled, ...waiting].toSorted((a, b) => a - b);
};

const deps = (store: Pick<Store, "expired" | "remove">, policy = keepAll) => ({
  store,
  policy,
  now: () => now,
});

describe("retention", () => {
  it("keeps all unless a bound is set", async () => {
    const store = await storeWith(5000, 1);
    expect(await removeExpired(deps(store), never)).toBe(0);
    expect(await idsOf(store)).toEqual([1, 2, 3]);
  });

  it("removes what was settled longer ago, and says why", async () => {
    const store = await storeWith(40, 31, 29, 0);
    expect(await removeExpired(deps(store, { days: 30, jobs: null }), never)).toBe(2);
    expect(await idsOf(store)).toEqual([3, 4, 5]);
    expect(await store.events(null)).toMatchObject([
      { type: "jobs_removed", removed: [1, 2], message: "Settled jobs are kept for 30 days." },
    ]);
  });

  it("removes what is beyond the newest, by the time of the end", async () => {
    const store = await storeWith(1, 40, 2, 3);
    expect(await removeExpired(deps(store, { days: null, jobs: 2 }), never)).toBe(2);
    expect(await idsOf(store)).toEqual([1, 3, 5]);
  });

  it("removes more than one question and one write can name", async () => {
    const ids = Array.from({ length: 11_111 }, (_, i) => i + 1);
    const writes: number[] = [];
    const store: Pick<Store, "expired" | "remove"> = {
      expired: async ({ limit }) => ids.slice(0, limit),
      async remove(some) {
        writes.push(some.length);
        return ids.splice(0, some.length);
      },
    };
    expect(await removeExpired(deps(store, { days: 1, jobs: null }), never)).toBe(11_111);
    expect(Math.max(...writes)).toBe(200);
    expect(ids).toEqual([]);
  }, 20_000);

  it("does not go round for jobs that are just being changed", async () => {
    const store = {
      expired: async () => Array.from({ length: 5000 }, () => 1),
      remove: async () => [],
    };
    expect(await removeExpired(deps(store, { days: 1, jobs: null }), never)).toBe(0);
  });

  it("says what it could not do, and does it the next time", async () => {
    const store = await storeWith(40);
    const said: unknown[] = [];
    const log: Pick<Log, "info" | "warn"> = {
      info: (what: unknown) => said.push(what),
      warn: (what: unknown) => said.push(what),
    };
    let failures = 2;
    const failing: Pick<Store, "expired" | "remove"> = {
      expired: (query) => store.expired(query),
      async remove(...args) {
        if (failures-- > 0) throw new AppError("unavailable", "The disk is full.");
        return store.remove(...args);
      },
    };
    const gone = new Promise<void>((resolve) => store.subscribe(() => resolve()));
    const policy = { days: 30, jobs: null };
    const running = startRetention({ ...deps(failing, policy), log, everyMs: 5 });
    await gone;
    await running.stop();
    expect(await idsOf(store)).toEqual([2]);
    expect(said.slice(0, 2)).toMatchObject([
      { err: { message: "The disk is full." } },
      { err: { message: "The disk is full." } },
    ]);
  });

  it("is told in words", () => {
    expect(inWords(keepAll)).toBe("All jobs are kept.");
    expect(inWords({ days: 1, jobs: null })).toBe("Settled jobs are kept for 1 day.");
    expect(inWords({ days: 30, jobs: 1000 })).toBe(
      "Settled jobs are kept for 30 days and while they are among the newest 1000.",
    );
  });
});
