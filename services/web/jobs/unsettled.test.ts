import { describe, expect, it } from "vitest";
import { newJob } from "./job-model.ts";
import { requeue } from "./person-changes.ts";
import type { JobRecord } from "./job-record.ts";
import { unsettledBy } from "./unsettled.ts";

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 24);
const job = (fields: Partial<JobRecord> = {}): JobRecord => ({
  ...newJob({ key: "k", crop: "maize", tables: ["marker", "matrix"], submittedBy: "ada" }, now),
  id: 1,
  ...fields,
});

describe("the rule of what is taken up by itself", () => {
  it("is, unless something is named, every job that is submitted and not held", () => {
    const isUnsettled = unsettledBy({});
    expect(isUnsettled(job())).toBe(true);
    expect(isUnsettled(job({ held: true }))).toBe(false);
    expect(isUnsettled(job({ status: "in_progress" }))).toBe(false);
    expect(isUnsettled(job({ status: "failed" }))).toBe(false);
  });

  it("asks for all that is named", () => {
    const cases: ReadonlyArray<readonly [Parameters<typeof unsettledBy>[0], boolean]> = [
      [{ crops: ["maize"] }, true],
      [{ crops: ["rice", "wheat"] }, false],
      [{ submitters: ["ada", null] }, true],
      [{ submitters: [null] }, false],
      [{ tables: ["matrix"] }, true],
      [{ tables: ["dnarun"] }, false],
      [{ leastPriority: 0 }, true],
      [{ leastPriority: 1 }, false],
      [{ crops: ["maize"], leastPriority: 1 }, false],
    ];
    const told = cases.map(([rule]) => [rule, unsettledBy(rule)(job())]);
    expect(told).toEqual(cases);
  });

  it("leaves to a person what was lost, or has long been forgotten, until it is requeued", () => {
    const later = now + 10 * hour;
    const isUnsettled = unsettledBy({ lost: false, withinHours: 2 }, () => later);
    expect(isUnsettled(job())).toBe(false);
    expect(isUnsettled(job({ updatedAt: later - hour }))).toBe(true);
    const lost = job({ updatedAt: later, losses: 1 });
    expect(isUnsettled(lost)).toBe(false);
    expect(isUnsettled(requeue(lost, "ada", later).job)).toBe(true);
    expect(isUnsettled(requeue(job(), "ada", later).job)).toBe(true);
  });
});
