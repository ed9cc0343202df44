import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobSorts } from "../../contract/api.ts";
import { cancel } from "../jobs/job-model.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { complete, create, expectCode, now, type StoreUnderTest } from "./store-fixtures.ts";
import { listAll } from "./store-model.ts";
import type { JobListQuery, Store } from "./store.ts";

/** The part of the suite that is about lists. `empty` makes an empty store. */
export function describeLists(empty: () => Promise<StoreUnderTest>): void {
  describe("list", () => {
    const query: JobListQuery = {
      statuses: null,
      text: null,
      crop: null,
      sort: "-id",
      limit: 50,
      cursor: null,
    };
    const keys = async (store: Store, over: Partial<JobListQuery>) =>
      (await store.list({ ...query, ...over })).jobs.map((job) => job.key);

    it("finds by status, crop and text in every field that a person would look for", async () => {
      const { store, compact } = await empty();
      await create(store, "alpha", { source: "/data/Panel-7.hmp", submittedBy: "Grace" });
      await create(store, "beta", { crop: "rice", tables: ["dataset_dnarun"], message: "Hello" });
      await create(store, "gamma");
      await store.update(3, (job) => cancel(job, "Ada", now));
      await compact?.();
      expect(await keys(store, { statuses: ["aborted", "failed"] })).toEqual(["gamma"]);
      expect(await keys(store, { statuses: [] })).toEqual([]);
      expect(await keys(store, { crop: "rice" })).toEqual(["beta"]);
      expect(await keys(store, { text: "PANEL-7" })).toEqual(["alpha"]);
      expect(await keys(store, { text: "grace" })).toEqual(["alpha"]);
      expect(await keys(store, { text: "dnarun" })).toEqual(["beta"]);
      expect(await keys(store, { text: "hello" })).toEqual(["beta"]);
      expect(await keys(store, { text: "cancelled by" })).toEqual(["gamma"]);
      expect(await keys(store, { text: "MM" })).toEqual(["gamma"]);
      expect(await keys(store, { text: "nowhere" })).toEqual([]);
      expect(await keys(store, { text: "" })).toEqual(["gamma", "beta", "alpha"]);
    });

    it("leaves results to those who open a job", async () => {
      const { store } = await empty();
      await create(store, "run1");
      const settled = await complete(store, 1);
      expect((await store.list(query)).jobs).toEqual([{ ...settled, result: null }]);
    });

    it("refuses a cursor that it has not given out", async () => {
      const { store } = await empty();
      for (const key of ["a", "b", "c"]) await create(store, key);
      const { nextCursor } = await store.list({ ...query, limit: 1 });
      expect(nextCursor).not.toBeNull();
      for (const cursor of ["", "nonsense", "-id.99", "-id.x", "toString.1"]) {
        await expectCode(store.list({ ...query, cursor }), "bad_request");
      }
      await expectCode(store.list({ ...query, sort: "key", cursor: nextCursor }), "bad_request");
    });

    it("goes on with a page where the last ended, though jobs come meanwhile", async () => {
      const { store } = await empty();
      for (const key of ["a", "b", "c", "d"]) await create(store, key);
      const first = await store.list({ ...query, limit: 2 });
      await create(store, "e");
      const second = await store.list({ ...query, limit: 2, cursor: first.nextCursor });
      expect([first.total, second.total]).toEqual([4, 5]);
      expect(second.jobs.map((job) => job.key)).toEqual(["b", "a"]);
      expect(second.nextCursor).toBeNull();
    });

    it("shows each job once over all pages, in the order of any sort", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              priority: fc.integer({ min: -2, max: 2 }),
              updatedAt: fc.integer({ min: now, max: now + 3 }),
              key: fc.string({ minLength: 1, maxLength: 3 }),
            }),
            { maxLength: 12 },
          ),
          fc.constantFrom(...jobSorts),
          fc.integer({ min: 1, max: 5 }),
          async (made, sort, limit) => {
            const { store } = await empty();
            for (const [i, fields] of made.entries()) {
              await create(store, "", { ...fields, key: `${fields.key}${i}` });
            }
            const paged: JobRecord[] = [];
            let cursor: string | null = null;
            do {
              const page = await store.list({ ...query, sort, limit, cursor });
              expect(page.total).toBe(made.length);
              paged.push(...page.jobs);
              cursor = page.nextCursor;
            } while (cursor !== null);
            const all = (await listAll(store)).jobs;
            expect(paged).toEqual(naivelySorted(all, sort));
          },
        ),
        { numRuns: 40 },
      );
    });
  });
}

function naivelySorted(jobs: readonly JobRecord[], sort: JobListQuery["sort"]): JobRecord[] {
  const field = sort.replace("-", "") as "id" | "updatedAt" | "priority" | "key";
  const ascending = jobs.toSorted((a, b) =>
    a[field] === b[field] ? a.id - b.id : a[field] < b[field] ? -1 : 1,
  );
  return sort.startsWith("-") ? ascending.toReversed() : ascending;
}
