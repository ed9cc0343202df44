import { describe, expect, it } from "vitest";
import { applyPatch } from "../jobs/job-model.ts";
import { cancel } from "../jobs/person-changes.ts";
import { eventOf } from "../jobs/change-parts.ts";
import { create, now, type StoreUnderTest } from "./store-fixtures.ts";

/** The part of the suite that is about what several services on one record need. `empty` makes an empty store. */
export function describeSharing(empty: () => Promise<StoreUnderTest>): void {
  describe("touching what is true of one attempt only", () => {
    it("leaves the next attempt alone", async () => {
      const { store } = await empty();
      await create(store, "run1");
      const claim = (attempt: number) =>
        store.update(1, (job) =>
          applyPatch(job, { attempt, digester: "d", status: "in_progress" }, now, 1000),
        );
      await claim(1);
      store.touch(1, { progress: 0.5 }, { status: "in_progress", attempt: 1 });
      await store.update(1, (job) =>
        applyPatch(job, { attempt: 1, digester: "d", status: "submitted" }, now, 1000),
      );
      await claim(2);
      store.touch(1, { progress: 0.9, leaseUntil: now }, { status: "in_progress", attempt: 1 });
      store.touch(1, { bytesRead: 7 }, { status: "in_progress", attempt: 2, held: false });
      store.touch(1, { bytesTotal: 7 }, { held: true });
      expect(await store.job(1)).toMatchObject({
        progress: 0,
        bytesRead: 7,
        bytesTotal: null,
        leaseUntil: now + 1000,
      });
    });
  });

  describe("reserving", () => {
    it("gives who asks the jobs that wait, again and again, and no others", async () => {
      const { store } = await empty();
      for (const key of ["a", "b", "c"]) await create(store, key);
      await store.update(2, (job) => cancel(job, "Ada", now));
      expect((await store.reserve([3, 1, 2, 9], 60_000)).toSorted((a, b) => a - b)).toEqual([1, 3]);
      expect(await store.reserve([1], 60_000)).toEqual([1]);
      expect(await store.reserve([], 60_000)).toEqual([]);
      expect((await store.job(1))?.status).toBe("submitted");
    });
  });

  describe("changing a setting by what it is", () => {
    it("lets each of many at the same time see those before it", async () => {
      const { store } = await empty();
      const add = () => store.updateSetting("n", (n) => (typeof n === "number" ? n + 1 : 1));
      await Promise.all(Array.from({ length: 20 }, add));
      expect(await store.setting("n")).toBe(20);
      expect(await store.updateSetting("n", (n) => n)).toBe(20);
      await Promise.all([store.setSetting("n", { list: [1] }), add()]);
      expect(await store.setting("n")).toBe(1);
      expect(await store.updateSetting("n", () => undefined)).toBeUndefined();
      expect(await store.setting("n")).toBeUndefined();
    });

    it("passes on what the decision throws", async () => {
      const { store } = await empty();
      await store.setSetting("n", 1);
      const refused = store.updateSetting("n", () => {
        throw new Error("no");
      });
      await expect(refused).rejects.toThrow("no");
      expect(await store.setting("n")).toBe(1);
    });
  });

  it("keeps the events that concern no single job apart", async () => {
    const { store, compact } = await empty();
    const job = await create(store, "run1");
    const about = { ...eventOf(job, "digester_lost", now), job: null, key: null };
    const kept = await store.record(about);
    await compact?.();
    await store.record(eventOf(job, "refused", now));
    expect(await store.events(null)).toEqual([kept]);
    expect((await store.events(1)).map(({ type }) => type)).toEqual(["submitted", "refused"]);
  });

  it("tells the time", async () => {
    const { store } = await empty();
    const told = store.now();
    expect(Number.isInteger(told)).toBe(true);
    // Of one machine, here: a clock that runs in other units, or from another year, would be far off.
    expect(Math.abs(told - Date.now())).toBeLessThan(60_000);
  });
}
