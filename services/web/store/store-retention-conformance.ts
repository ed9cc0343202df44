import { describe, expect, it } from "vitest";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { complete, create, expectCode, now, type StoreUnderTest } from "./store-fixtures.ts";
import { listAll } from "./store-model.ts";
import type { ExpiredQuery, Store } from "./store.ts";

const never: ExpiredQuery = { settledBefore: null, newest: null, limit: 100 };

const settleAt = (store: Store, id: number, settledAt: number | null): Promise<JobRecord> =>
  store.update(id, (job) => ({ job: { ...job, settledAt }, events: [] }));
const takeUp = (job: JobRecord) => ({
  job: { ...job, status: "submitted" as const, settledAt: null },
  events: [],
});

const codeOf = (thrown: unknown): unknown => (thrown instanceof AppError ? thrown.code : thrown);

/** The part of the suite that is about what is not kept. `empty` makes an empty store. */
export function describeRetention(empty: () => Promise<StoreUnderTest>): void {
  /** Jobs that were settled one second after each other, but for the last one, which waits. */
  const withSettled = async (count: number) => {
    const under = await empty();
    for (let i = 0; i < count; i++) {
      const { id } = await create(under.store, `run${i}`);
      await complete(under.store, id);
      await settleAt(under.store, id, now + i * 1000);
    }
    await create(under.store, "waiting", { submittedAt: 0 });
    return under;
  };

  describe("expired", () => {
    it("names nothing without a bound, and by age what was settled before, oldest first", async () => {
      const { store } = await withSettled(4);
      expect(await store.expired(never)).toEqual([]);
      expect(await store.expired({ ...never, settledBefore: now })).toEqual([]);
      await settleAt(store, 1, now + 1500);
      expect(await store.expired({ ...never, settledBefore: now + 2000 })).toEqual([2, 1]);
      expect(await store.expired({ ...never, settledBefore: now + 2000, limit: 1 })).toEqual([2]);
      expect(await store.expired({ ...never, settledBefore: now + 86_400_000 })).toEqual([
        2, 1, 3, 4,
      ]);
    });

    it("names by count what was settled before the newest, and by both what either says", async () => {
      const { store } = await withSettled(5);
      expect(await store.expired({ ...never, newest: 5 })).toEqual([]);
      expect(await store.expired({ ...never, newest: 3 })).toEqual([1, 2]);
      expect(await store.expired({ ...never, newest: 0 })).toEqual([1, 2, 3, 4, 5]);
      expect(await store.expired({ ...never, newest: 0, limit: 2 })).toEqual([1, 2]);
      const both = { ...never, newest: 4, settledBefore: now + 2000 };
      expect(await store.expired(both)).toEqual([1, 2]);
    });

    it("takes the last change for the end of a job that does not say when it was settled", async () => {
      const { store } = await withSettled(1);
      await settleAt(store, 1, null);
      expect(await store.expired({ ...never, settledBefore: now })).toEqual([]);
      expect(await store.expired({ ...never, settledBefore: now + 1 })).toEqual([1]);
    });
  });

  describe("remove", () => {
    it("leaves nothing of settled jobs, compacted or not, and touches no other", async () => {
      const { store, compact } = await withSettled(3);
      await compact?.();
      await complete(store, (await create(store, "late")).id);
      expect(await store.remove([1, 5, 1, 4, 99], now, "old")).toEqual([1, 5]);
      for (let round = 1; round <= 2; round++) {
        for (const id of [1, 5]) {
          expect(await store.job(id)).toBeNull();
          expect(await store.instruction(id)).toBeNull();
          expect(await store.events(id)).toEqual([]);
        }
        expect(await store.jobByKey("dev", "run0")).toBeNull();
        expect((await listAll(store)).jobs.map(({ id }) => id)).toEqual([2, 3, 4]);
        expect(await store.job(2)).toMatchObject({ result: { durationMs: 5 } });
        expect(await store.instruction(2)).not.toBeNull();
        expect(await store.counts()).toMatchObject({ completed: 2, submitted: 1 });
        expect(await store.expired({ ...never, newest: 0 })).toEqual([2, 3]);
        await compact?.();
        await compact?.();
      }
      await expectCode(
        store.update(1, (job) => ({ job: { ...job, held: true }, events: [] })),
        "not_found",
      );
    });

    it("tells of it by one event, after which the numbers go on", async () => {
      const { store } = await withSettled(2);
      const heard: Event[] = [];
      store.subscribe((event) => heard.push(event));
      const before = await store.lastSeq();
      await store.remove([2, 1], now, "Older than 30 days.");
      const told = {
        seq: before + 1,
        type: "jobs_removed",
        job: null,
        removed: [2, 1],
        message: "Older than 30 days.",
      };
      expect(heard).toMatchObject([told]);
      expect((await store.events(null)).at(-1)).toMatchObject(told);
      expect(await store.eventsAfter(before, 10)).toMatchObject([told]);
      expect(await store.remove([1, 2, 3], now, "")).toEqual([]);
      expect(await store.lastSeq()).toBe(before + 1);
    });

    it("sets free the key and never the number", async () => {
      const { store, compact } = await withSettled(1);
      await complete(store, 2);
      await store.remove([1, 2], now, "");
      expect(await create(store, "run0")).toMatchObject({ id: 3 });
      expect(await store.jobByKey("dev", "run0")).toMatchObject({ id: 3 });
      await compact?.();
      expect(await store.jobByKey("dev", "run0")).toMatchObject({ id: 3 });
      await expectCode(create(store, "run0"), "duplicate_key");
    });

    it("and a change at the same time never both take a job", async () => {
      const { store } = await withSettled(6);
      for (const id of [1, 2, 3, 4, 5, 6]) {
        const change = async () => (await store.update(id, takeUp)).status;
        const remove = async () => (await store.remove([id], now, "")).length;
        const [first, second] = id % 2 === 0 ? [change, remove] : [remove, change];
        const outcomes = await Promise.allSettled([first(), second()]);
        const said = outcomes.map((one) =>
          one.status === "fulfilled" ? one.value : codeOf(one.reason),
        );
        const isThere = (await store.job(id)) !== null;
        const expected = isThere ? [0, "submitted"] : [1, "not_found"];
        expect(new Set(said)).toEqual(new Set(expected));
        expect((await store.instruction(id)) !== null).toBe(isThere);
      }
    });
  });
}
