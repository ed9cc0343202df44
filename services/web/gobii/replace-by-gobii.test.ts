import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gobiiStatuses, type GobiiStatus } from "../../contract/gobii-terms.ts";
import { isSettled, jobStatuses, statusOfGobiiStatus } from "../../contract/job.ts";
import { loseAttempt, newJob } from "../jobs/job-model.ts";
import { cancel } from "../jobs/person-changes.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { GobiiEdit } from "./job-dto.ts";
import { replaceByGobii } from "./replace-by-gobii.ts";

const job = (fields: Partial<JobRecord> = {}): JobRecord => ({
  ...newJob({ key: "k", crop: "dev", message: "old" }, 1000),
  id: 7,
  ...fields,
});
const edit = (fields: Partial<GobiiEdit> = {}): GobiiEdit => ({
  type: "load",
  payloadType: "markers",
  status: null,
  message: "new",
  contactId: 3,
  datasetIds: [5],
  ...fields,
});

const statusFields = (record: JobRecord) => ({
  status: record.status,
  step: record.step,
  gobiiStatus: record.gobiiStatus,
  attempt: record.attempt,
  digester: record.digester,
  leaseUntil: record.leaseUntil,
  result: record.result,
  settledAt: record.settledAt,
});

describe("a PUT to a job that has an instruction", () => {
  it("moves nothing that its lifecycle decides, whatever the status says", () => {
    const notAborted = gobiiStatuses.filter((term) => term !== "aborted");
    fc.assert(
      fc.property(
        fc.constantFrom(...jobStatuses),
        fc.constantFrom<(GobiiStatus | null)[]>(null, ...notAborted),
        (status, term) => {
          const before = job({ status, attempt: 2, digester: "d", leaseUntil: 9000 });
          const { job: after } = replaceByGobii(before, edit({ status: term }), "ann", 2000);
          expect(statusFields(after)).toEqual(statusFields(before));
          expect(after).toMatchObject({ message: "new", updatedAt: 2000 });
        },
      ),
    );
  });

  it("replaces what decides nothing, and tells of it", () => {
    const { job: after, events } = replaceByGobii(job(), edit(), "ann", 2000);
    expect(after.gobii).toEqual({
      type: "load",
      payloadType: "markers",
      contactId: 3,
      datasetIds: [5],
    });
    expect(events).toEqual([
      {
        type: "edited",
        at: 2000,
        job: 7,
        key: "k",
        attempt: 0,
        digester: null,
        by: "ann",
        message: "new",
      },
    ]);
  });

  it("leaves what is null, but for the message", () => {
    const before = job({
      gobii: { type: "extract", payloadType: "matrix", contactId: 1, datasetIds: [2] },
    });
    const nothing = {
      type: null,
      payloadType: null,
      status: null,
      contactId: null,
      datasetIds: null,
    };
    const { job: after } = replaceByGobii(before, { ...nothing, message: null }, "ann", 2000);
    expect(after.gobii).toEqual(before.gobii);
    expect(after.message).toBeNull();
  });

  it("is no change where it says what is", () => {
    const before = job();
    const same = edit({ ...before.gobii, message: "old", status: "pending" });
    const change = replaceByGobii(before, same, "ann", 2000);
    expect(change.job).toBe(before);
    expect(change.events).toEqual([]);
  });

  it.each([
    ["submitted", "aborted", null, ["edited", "settled"]],
    ["in_progress", "in_progress", "ann", ["edited", "cancel_requested"]],
    ["completed", "completed", null, ["edited"]],
    ["failed", "failed", null, ["edited"]],
  ] as const)("by aborted turns %s into %s", (status, ends, cancelledBy, types) => {
    const change = replaceByGobii(job({ status }), edit({ status: "aborted" }), "ann", 2000);
    expect(change.job).toMatchObject({ status: ends, cancelledBy, message: "new" });
    expect(change.events.map((event) => event.type)).toEqual(types);
  });
});

describe("a PUT to a job without an instruction", () => {
  it("replaces the status, and with it what follows from it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...gobiiStatuses), { minLength: 1, maxLength: 6 }),
        (terms) => {
          let current = job({ hasInstruction: false });
          let now = 2000;
          for (const term of terms) {
            const { job: after, events } = replaceByGobii(
              current,
              edit({ status: term }),
              "ann",
              now++,
            );
            expect(after.gobiiStatus).toBe(term);
            expect(after.status).toBe(statusOfGobiiStatus(term));
            expect(after.settledAt !== null).toBe(isSettled(after.status));
            expect(after.startedAt !== null).toBe(after.status !== "submitted");
            const told = events.some((event) => event.status === after.status);
            expect(told).toBe(after.status !== current.status);
            current = after;
          }
        },
      ),
    );
  });

  it("says why it ended", () => {
    const failed = edit({ status: "failed", message: "no such table" });
    const { job: after } = replaceByGobii(job({ hasInstruction: false }), failed, "ann", 2000);
    expect(after).toMatchObject({ status: "failed", reason: "no such table", settledAt: 2000 });
  });

  it("is not undone by a lease, which it never had, and can be cancelled at once", () => {
    const running = edit({ status: "in_progress" });
    const { job: moved } = replaceByGobii(job({ hasInstruction: false }), running, "ann", 2000);
    expect(loseAttempt(moved, "not heard from", 9000)).toEqual({ job: moved, events: [] });
    const { job: cancelled, events } = cancel(moved, "bob", 9000);
    expect(cancelled).toMatchObject({ status: "aborted", reason: "Cancelled by bob." });
    expect(events).toMatchObject([{ type: "settled", status: "aborted", by: "bob" }]);
  });
});
