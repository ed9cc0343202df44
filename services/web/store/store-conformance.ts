import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Event } from "../../contract/event.ts";
import { isSettled, jobStatuses } from "../../contract/job.ts";
import { eventOf } from "../jobs/change-parts.ts";
import { applyPatch, newJob } from "../jobs/job-model.ts";
import { hold, setPriority } from "../jobs/person-changes.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import {
  complete,
  create,
  expectCode,
  instruction,
  now,
  type StoreUnderTest,
} from "./store-fixtures.ts";
import { describeLists } from "./store-list-conformance.ts";
import { describeRetention } from "./store-retention-conformance.ts";
import { describeSharing } from "./store-sharing-conformance.ts";
import { describeTemplates } from "./store-template-conformance.ts";
import { contentsOf, createModel, listAll, operation, perform } from "./store-model.ts";

/** The suite that every driver passes. `open` makes an empty store; `runs` is how many a property is tried on. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>, runs = 50): void {
  describe(`${name} is a store`, () => {
    const opened: StoreUnderTest[] = [];

    const empty = async (): Promise<StoreUnderTest> => {
      const made = await open();
      opened.push(made);
      return made;
    };

    afterEach(async () => {
      for (const { dispose } of opened.splice(0)) await dispose();
    });

    describe("create", () => {
      it("gives ids from 1 and keeps job, instruction and first event", async () => {
        const { store } = await empty();
        const job = await create(store, "run1", { submittedBy: "Ada" });
        expect(job).toMatchObject({ id: 1, key: "run1", status: "submitted" });
        expect(await create(store, "run2")).toMatchObject({ id: 2 });
        expect(await store.job(1)).toEqual(job);
        expect(await store.jobByKey("dev", "run2")).toMatchObject({ id: 2 });
        expect(await store.instruction(1)).toEqual(instruction);
        expect(await store.events(1)).toMatchObject([
          { seq: 1, type: "submitted", job: 1, key: "run1", status: "submitted", by: "Ada" },
        ]);
      });

      it("refuses a key that the crop has, and gives its number to the next", async () => {
        const { store } = await empty();
        await create(store, "run1");
        await expectCode(create(store, "run1"), "duplicate_key");
        expect(await create(store, "run1", { crop: "rice" })).toMatchObject({ id: 2 });
      });

      it("lets one of many at the same time have the key", async () => {
        const { store } = await empty();
        const tries = await Promise.allSettled(
          Array.from({ length: 10 }, () => create(store, "run1")),
        );
        expect(tries.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
        expect(await store.lastSeq()).toBe(1);
      });

      it("keeps a job without an instruction", async () => {
        const { store } = await empty();
        const input = newJob({ key: "dto", crop: "dev", hasInstruction: false }, now);
        const { id } = await store.create(input, null);
        expect(await store.instruction(id)).toBeNull();
      });

      it("knows nothing of what is not there", async () => {
        const { store } = await empty();
        expect(await store.job(1)).toBeNull();
        expect(await store.jobByKey("dev", "run1")).toBeNull();
        expect(await store.instruction(1)).toBeNull();
        expect(await store.events(1)).toEqual([]);
        expect(await store.unsettled()).toEqual([]);
        expect(await store.lastSeq()).toBe(0);
        expect((await listAll(store)).total).toBe(0);
      });
    });

    describe("update", () => {
      it("keeps the job and numbers its events", async () => {
        const { store } = await empty();
        await create(store, "run1");
        const job = await store.update(1, (before) => hold(before, "Ada", now + 1));
        expect(job).toMatchObject({ held: true, reason: "Held by Ada." });
        expect(await store.job(1)).toEqual(job);
        expect((await store.events(1)).map(({ seq, type }) => [seq, type])).toEqual([
          [1, "submitted"],
          [2, "held"],
        ]);
      });

      it("passes on what the decision throws, and changes nothing", async () => {
        const { store } = await empty();
        const before = await create(store, "run1");
        const patch = { attempt: 4, digester: "d1" };
        await expectCode(
          store.update(1, (job) => applyPatch(job, patch, now, 1000)),
          "stale_attempt",
        );
        expect(await store.job(1)).toEqual(before);
        expect(await store.lastSeq()).toBe(1);
        await expectCode(
          store.update(2, (job) => hold(job, "Ada", now)),
          "not_found",
        );
      });

      it("writes nothing when nothing changes", async () => {
        const { store } = await empty();
        const before = await create(store, "run1");
        const heard: Event[] = [];
        store.subscribe((event) => heard.push(event));
        expect(await store.update(1, (job) => ({ job, events: [] }))).toEqual(before);
        expect(heard).toEqual([]);
      });

      it("refuses to make another job of it", async () => {
        const { store } = await empty();
        await create(store, "run1");
        await expectCode(
          store.update(1, (job) => ({ job: { ...job, key: "other" }, events: [] })),
          "internal",
        );
        expect(await store.jobByKey("dev", "run1")).not.toBeNull();
      });

      it("lets each of many at the same time see those before it", async () => {
        const { store } = await empty();
        await create(store, "run1");
        await Promise.all(
          Array.from({ length: 50 }, () =>
            store.update(1, (job) => setPriority(job, job.priority + 1, "Ada", now)),
          ),
        );
        expect(await store.job(1)).toMatchObject({ priority: 50 });
        expect(await store.events(1)).toHaveLength(51);
      });

      it("gives an attempt to one of many digesters that claim it at the same time", async () => {
        const { store } = await empty();
        await create(store, "run1");
        const claims = Array.from({ length: 8 }, (_, i) =>
          store.update(1, (job) =>
            applyPatch(job, { attempt: 1, digester: `d${i}`, status: "in_progress" }, now, 1000),
          ),
        );
        const outcomes = await Promise.allSettled(claims);
        expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        expect((await store.events(1)).filter(({ type }) => type === "claimed")).toHaveLength(1);
      });

      it("brings back what was moved to slower storage", async () => {
        const { store, compact } = await empty();
        await create(store, "run1");
        const settled = await complete(store, 1);
        await compact?.();
        expect(await store.job(1)).toEqual(settled);
        expect(await store.instruction(1)).toEqual(instruction);
        await Promise.all(
          [1, 2, 3].map(() =>
            store.update(1, (job) => ({ job: { ...job, losses: job.losses + 1 }, events: [] })),
          ),
        );
        expect(await store.job(1)).toEqual({ ...settled, losses: 3 });
        await store.record(eventOf(settled, "refused", now));
        await compact?.();
        await store.record(eventOf(settled, "refused", now));
        expect(await store.job(1)).toEqual({ ...settled, losses: 3 });
        expect((await store.events(1)).map(({ type }) => type)).toEqual([
          "submitted",
          "claimed",
          "settled",
          "refused",
          "refused",
        ]);
      });
    });

    describe("touch", () => {
      it("changes what the next heartbeat says again, of unsettled jobs only", async () => {
        const { store } = await empty();
        await create(store, "run1");
        await create(store, "run2");
        const settled = await complete(store, 2);
        store.touch(1, { reason: "Behind run0.", progress: 0.5 });
        store.touch(2, { reason: "nonsense" });
        store.touch(3, { reason: "nonsense" });
        expect(await store.job(1)).toMatchObject({ reason: "Behind run0.", progress: 0.5 });
        expect(await store.job(2)).toEqual(settled);
        expect(await store.lastSeq()).toBe(4);
      });

      it("is seen by updates, and is not undone by one that is being written", async () => {
        const { store } = await empty();
        await create(store, "run1");
        store.touch(1, { progress: 0.25 });
        const raised = store.update(1, (job) => setPriority(job, 5, "Ada", now));
        store.touch(1, { bytesRead: 10 });
        await raised;
        expect(await store.job(1)).toMatchObject({ priority: 5, progress: 0.25, bytesRead: 10 });
      });
    });

    describe("touching what is true of a waiting job only", () => {
      it("leaves one alone that is being claimed, or was", async () => {
        const { store } = await empty();
        await create(store, "run1");
        const claiming = store.update(1, (job) =>
          applyPatch(job, { attempt: 1, digester: "d", status: "in_progress" }, now, 1000),
        );
        store.touch(1, { reason: "Next in line." }, { status: "submitted" });
        await claiming;
        expect(await store.job(1)).toMatchObject({ status: "in_progress", reason: null });
        store.touch(1, { reason: "Next in line." }, { status: "submitted" });
        expect((await store.job(1))?.reason).toBeNull();
      });
    });

    describe("listeners", () => {
      it("hear of each event in order, with the job after it, until they leave", async () => {
        const { store } = await empty();
        const heard: Array<[number, string, boolean | undefined]> = [];
        const leave = store.subscribe((event, job) =>
          heard.push([event.seq, event.type, job?.held]),
        );
        await Promise.all([
          create(store, "run1"),
          create(store, "run2"),
          store.record({
            type: "digester_attached",
            at: now,
            job: null,
            key: null,
            attempt: null,
            digester: "d1",
          }),
        ]);
        await store.update(2, (job) => hold(job, "Ada", now));
        leave();
        await create(store, "run3");
        expect(heard).toEqual([
          [1, "submitted", false],
          [2, "submitted", false],
          [3, "digester_attached", undefined],
          [4, "held", true],
        ]);
      });

      it("do not harm the store when they fail", async () => {
        const { store } = await empty();
        const heard: number[] = [];
        store.subscribe(() => {
          throw new Error("a bad listener");
        });
        store.subscribe(({ seq }) => heard.push(seq));
        await create(store, "run1");
        expect(heard).toEqual([1]);
      });
    });

    describe("events", () => {
      it("are replayed after a number, up to a limit, and not beyond the last", async () => {
        const { store } = await empty();
        for (const key of ["a", "b", "c", "d"]) await create(store, key);
        const after = async (seq: number, limit: number) =>
          (await store.eventsAfter(seq, limit))?.map((event) => event.seq) ?? null;
        expect(await after(0, 10)).toEqual([1, 2, 3, 4]);
        expect(await after(1, 2)).toEqual([2, 3]);
        expect(await after(4, 10)).toEqual([]);
        expect(await after(5, 10)).toBeNull();
      });
    });

    it("keeps the events that concern no single job apart", async () => {
      const { store, compact } = await empty();
      const about = { at: now, job: null, key: null, attempt: null, digester: "d1" };
      await store.record({ type: "digester_attached", ...about });
      await create(store, "run1");
      await compact?.();
      await store.record({ type: "regulator_swapped", ...about });
      expect((await store.events(null)).map(({ seq, type }) => [seq, type])).toEqual([
        [1, "digester_attached"],
        [3, "regulator_swapped"],
      ]);
    });

    describe("settings", () => {
      it("are kept, found by prefix, changed and removed", async () => {
        const { store } = await empty();
        const value = { name: "Ada", roles: ["admin"] };
        await store.setSetting("user/ada", value);
        await store.setSetting("user/bob", null);
        await store.setSetting("token", "t");
        value.roles.push("changed later");
        expect(await store.setting("user/ada")).toEqual({ name: "Ada", roles: ["admin"] });
        expect(await store.settings("user/")).toEqual([
          { name: "user/ada", value: { name: "Ada", roles: ["admin"] } },
          { name: "user/bob", value: null },
        ]);
        await store.setSetting("user/ada", undefined);
        expect(await store.setting("user/ada")).toBeUndefined();
        expect(await store.setting("nothing")).toBeUndefined();
      });
    });

    describeLists(empty, runs);
    describeRetention(empty);
    describeSharing(empty);
    describeTemplates(empty);

    it("says what a list in memory would say, whatever it is asked to do", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(operation, fc.boolean()), { maxLength: 40 }),
          async (operations) => {
            const { store, compact } = await empty();
            const model = createModel();
            const seqs: number[] = [];
            store.subscribe(({ seq }) => seqs.push(seq));
            for (const [i, [asked, thenCompact]] of operations.entries()) {
              const outcome = await perform(store, asked, now + i).then(
                () => "done",
                () => "refused",
              );
              expect(outcome).toBe(model.perform(asked, now + i));
              if (thenCompact && i % 5 === 0) await compact?.();
            }
            const contents = await contentsOf(store);
            expect(contents).toEqual(model.contents());
            expect(seqs).toEqual(Array.from({ length: contents.lastSeq }, (_, i) => i + 1));
            expect(await store.counts()).toEqual(countsOf(contents.jobs));
            expect((await store.unsettled()).map((job) => job.id)).toEqual(
              contents.jobs.filter((job) => !isSettled(job.status)).map((job) => job.id),
            );
          },
        ),
        { numRuns: runs },
      );
    }, 60_000);

    it("takes nothing more once it is closed", async () => {
      const { store } = await empty();
      await create(store, "run1");
      await store.close();
      await expectCode(create(store, "run2"), "unavailable");
      await expectCode(store.setSetting("a", 1), "unavailable");
      expect(await store.lastSeq()).toBe(1);
    });
  });
}

function countsOf(jobs: readonly JobRecord[]) {
  return Object.fromEntries(
    jobStatuses.map((status) => [status, jobs.filter((job) => job.status === status).length]),
  );
}
