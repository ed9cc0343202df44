import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobSortFields, jobSorts } from "../../contract/api.ts";
import { jobStatuses } from "../../contract/job.ts";
import { parseSearch } from "../../contract/job-search.ts";
import { cancel } from "../jobs/person-changes.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { complete, create, expectCode, now, type StoreUnderTest } from "./store-fixtures.ts";
import { listAll } from "./store-model.ts";
import type { JobListQuery, Store } from "./store.ts";

/** Stands in the instruction of the fixtures and nowhere else. */
const wordOfInstruction = "marker";

function text(value: string): Partial<JobListQuery> {
  return { search: [{ qualifier: null, values: [value], not: false }] };
}

/** The part of the suite that is about lists. `empty` makes an empty store. */
export function describeLists(empty: () => Promise<StoreUnderTest>, runs: number): void {
  describe("list", () => {
    const query: JobListQuery = {
      statuses: null,
      search: [],
      crop: null,
      sort: "-id",
      limit: 50,
      cursor: null,
      offset: 0,
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
      expect(await keys(store, text("PANEL-7"))).toEqual(["alpha"]);
      expect(await keys(store, text("grace"))).toEqual(["alpha"]);
      expect(await keys(store, text("dnarun"))).toEqual(["beta"]);
      expect(await keys(store, text("hello"))).toEqual(["beta"]);
      expect(await keys(store, text("cancelled by"))).toEqual(["gamma"]);
      expect(await keys(store, text("MM"))).toEqual(["gamma"]);
      expect(await keys(store, text("nowhere"))).toEqual([]);
      expect(await keys(store, text(""))).toEqual(["gamma", "beta", "alpha"]);
    });

    it("finds a text in instructions, old ones and new ones", async () => {
      const { store, compact } = await empty();
      await create(store, "old");
      await complete(store, 1);
      await compact?.();
      const found = async (value: string) => {
        await store.list({ ...query, ...text(value) });
        await expect
          .poll(async () => (await store.list({ ...query, ...text(value) })).unsearched)
          .toBe(0);
        return keys(store, text(value));
      };
      expect(await found(wordOfInstruction.toUpperCase())).toEqual(["old"]);
      await create(store, "new");
      expect(await found(wordOfInstruction)).toEqual(["new", "old"]);
      expect(await found(`${wordOfInstruction} not`)).toEqual([]);
    });

    it("begins a page anywhere", async () => {
      const { store } = await empty();
      for (const key of ["a", "b", "c", "d", "e"]) await create(store, key);
      const page = await store.list({ ...query, sort: "key", offset: 3, limit: 1 });
      expect(page.jobs.map((job) => job.key)).toEqual(["d"]);
      expect(page.total).toBe(5);
      const next = await store.list({ ...query, sort: "key", cursor: page.nextCursor });
      expect(next.jobs.map((job) => job.key)).toEqual(["e"]);
      expect(await keys(store, { offset: 5 })).toEqual([]);
    });

    it("counts the values of each qualifier over the jobs that meet the other terms", async () => {
      const { store } = await empty();
      await create(store, "a", { submittedBy: "ada", crop: "rice" });
      await create(store, "b", { submittedBy: "ada", tables: ["marker", "dnarun"] });
      await create(store, "c", { submittedBy: "bob", held: true });
      const facets = async (search: string, limit = 10) => {
        const { terms } = parseSearch(search);
        const qualifiers = ["submitter", "crop", "status"] as const;
        const answer = await store.facets({ search: terms, qualifiers, like: null, limit });
        return answer.facets.map(({ values, more }) => [
          ...values.map(({ value, count }) => `${value} ${count}`),
          ...(more > 0 ? [`+${more}`] : []),
        ]);
      };
      expect(await facets("")).toEqual([
        ["ada 2", "bob 1"],
        ["dev 2", "rice 1"],
        ["submitted 3", "held 1"],
      ]);
      expect(await facets("submitter:bob", 1)).toEqual([
        ["ada 2", "+1"],
        ["dev 1"],
        ["held 1", "+1"],
      ]);
      expect(await facets("submitter:bob crop:rice")).toEqual([["ada 1"], ["dev 1"], []]);
    });

    it("leaves results to those who open a job", async () => {
      const { store } = await empty();
      await create(store, "run1");
      const settled = await complete(store, 1);
      expect((await store.list(query)).jobs).toEqual([{ ...settled, result: null }]);
    });

    it("looks for letters as they are, whatever they mean elsewhere", async () => {
      const { store } = await empty();
      await create(store, "quoted", { reason: 'Line 3: expected "A", found "\t%_\\"' });
      await create(store, "odd", { message: "NUL \0, half of a pair \ud83d, ÄÖ" });
      await create(store, "plain");
      expect(await keys(store, text('found "\t%_\\"'))).toEqual(["quoted"]);
      expect(await keys(store, text("%"))).toEqual(["quoted"]);
      expect(await keys(store, text("%_"))).toEqual(["quoted"]);
      expect(await keys(store, text("äö"))).toEqual(["odd"]);
      expect(await keys(store, text("oddnul"))).toEqual([]);
      expect((await store.job(2))?.message).toBe("NUL \0, half of a pair \ud83d, ÄÖ");
    });

    it("finds nothing by what no key or crop can hold", async () => {
      const { store } = await empty();
      await create(store, "run1");
      expect(await store.jobByKey("dev", "run1\0")).toBeNull();
      expect(await keys(store, { crop: "dev\0" })).toEqual([]);
      expect(await keys(store, text("\0"))).toEqual([]);
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
      for (const [sort, value] of [
        ["updatedAt", "9999999999999999"],
        ["updatedAt", "=later"],
        ["priority", "=high"],
        ["key", "7"],
      ] as const) {
        await expectCode(
          store.list({ ...query, sort, cursor: `${sort}.1.${value}` }),
          "bad_request",
        );
      }
      expect(await keys(store, { sort: "status", cursor: "status.1.9999999999" })).toEqual([]);
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
              submittedBy: fc.option(fc.constantFrom("ada", "Ä b", "…"), { nil: null }),
              startedAt: fc.option(fc.integer({ min: now, max: now + 3 }), { nil: null }),
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
        { numRuns: runs },
      );
    }, 60_000);
  });
}

function naivelySorted(jobs: readonly JobRecord[], sort: JobListQuery["sort"]): JobRecord[] {
  const field = jobSortFields.find((one) => sort.endsWith(one)) ?? "id";
  const valueOf = (job: JobRecord) =>
    field === "status" ? jobStatuses.indexOf(job.status) : job[field];
  const [having, lacking] = [true, false].map((has) =>
    jobs
      .filter((job) => (valueOf(job) !== null) === has)
      .toSorted((a, b) => {
        const [x, y] = [valueOf(a) ?? 0, valueOf(b) ?? 0];
        return x === y ? a.id - b.id : x < y ? -1 : 1;
      }),
  );
  const turned = (list: JobRecord[] = []) => (sort.startsWith("-") ? list.toReversed() : list);
  return [...turned(having), ...turned(lacking)];
}
