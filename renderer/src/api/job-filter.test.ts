import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobSorts } from "../../../services/contract/api.ts";
import { jobStatuses } from "../../../services/contract/job.ts";
import { jobOf } from "../testing/wire.ts";
import { matchesFilter, readJobFilter, toggleStatus, writeJobFilter } from "./job-filter.ts";

const filters = fc.record({
  status: fc.subarray([...jobStatuses]),
  q: fc.string({ maxLength: 80 }),
  sort: fc.constantFrom(...jobSorts),
});

describe("the filter in the address bar", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readJobFilter(writeJobFilter(filter))).toEqual(filter);
      }),
    );
  });

  it("passes over what it does not understand", () => {
    expect(readJobFilter("status=failed,lost&sort=colour&other=1")).toEqual({
      status: [],
      q: "",
      sort: "-id",
    });
  });

  it("says nothing that is default", () => {
    expect(writeJobFilter({ status: [], q: "", sort: "-id" })).toBe("");
  });

  it("keeps statuses in one order however they were clicked", () => {
    const one = toggleStatus({ status: ["failed"], q: "", sort: "-id" }, "submitted");
    expect(one.status).toEqual(["submitted", "failed"]);
    expect(toggleStatus(one, "failed").status).toEqual(["submitted"]);
  });
});

describe("matchesFilter", () => {
  const filter = { status: ["failed" as const], q: "Wheat", sort: "-id" as const };

  it("asks for the status and, ignoring case, for the text anywhere it is looked for", () => {
    expect(matchesFilter(jobOf(1, { status: "failed", key: "WHEAT_1" }), filter)).toBe(true);
    expect(matchesFilter(jobOf(1, { status: "failed", reason: "in wheat.vcf" }), filter)).toBe(
      true,
    );
    expect(matchesFilter(jobOf(1, { status: "completed", key: "wheat_1" }), filter)).toBe(false);
    expect(matchesFilter(jobOf(1, { status: "failed" }), filter)).toBe(false);
  });
});
