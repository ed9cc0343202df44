import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JobQuery, jobSorts } from "../../../services/contract/api.ts";
import { jobOf } from "../testing/wire.ts";
import {
  matchesFilter,
  readJobFilter,
  searchOfTyped,
  writeJobFilter,
  writeJobQuery,
} from "./job-filter.ts";

const filters = fc.record({
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
    const nothing = { q: "", sort: "-id" };
    expect(readJobFilter("status=failed,lost&sort=colour&other=1")).toEqual(nothing);
  });

  it("says nothing that is default, and the rest for people to read", () => {
    expect(writeJobFilter({ q: "", sort: "-id" })).toBe("");
    expect(writeJobFilter({ q: "status:failed,aborted", sort: "-updatedAt" })).toBe(
      "q=status:failed,aborted&sort=-updatedAt",
    );
  });

  it("takes a list of statuses for terms of the search", () => {
    expect(readJobFilter("status=failed,aborted&q=wheat").q).toBe("wheat status:failed,aborted");
  });

  it("keeps the usual order where the address says nothing of it", () => {
    expect(readJobFilter("", "key").sort).toBe("key");
    expect(readJobFilter("sort=-key", "key").sort).toBe("-key");
  });

  it("asks the service for a stretch of the list", () => {
    const query = writeJobQuery({ q: "a b", sort: "-id" }, 100, 300);
    expect(query).toBe("q=a+b&sort=-id&limit=100&offset=300");
  });
});

describe("what is typed into the palette", () => {
  it("is a search, and text where it is no right one", () => {
    expect(searchOfTyped("wheat status:failed")).toBe("wheat status:failed");
    expect(searchOfTyped("wheat foo:bar")).toBe('wheat "foo:bar"');
    expect(searchOfTyped("status:lost")).toBe('"status:lost"');
  });

  it("is never refused by the service", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (typed) => {
        expect(JobQuery.safeParse({ q: searchOfTyped(typed) }).success).toBe(true);
      }),
    );
    expect(JobQuery.safeParse({ q: searchOfTyped(`"${'"'.repeat(3000)}`) }).success).toBe(true);
  });
});

describe("matchesFilter", () => {
  const filter = { q: "status:failed Wheat", sort: "-id" as const };

  it("asks for the status and, ignoring case, for the text anywhere it is looked for", () => {
    expect(matchesFilter(jobOf(1, { status: "failed", key: "WHEAT_1" }), filter)).toBe(true);
    expect(matchesFilter(jobOf(1, { status: "failed", reason: "in wheat.vcf" }), filter)).toBe(
      true,
    );
    expect(matchesFilter(jobOf(1, { status: "completed", key: "wheat_1" }), filter)).toBe(false);
    expect(matchesFilter(jobOf(1, { status: "failed" }), filter)).toBe(false);
  });
});
