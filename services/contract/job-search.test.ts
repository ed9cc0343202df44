import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  facetValues,
  parseSearch,
  printSearch,
  qualifiers,
  standings,
  termMatcher,
  toggleValue,
  valuesOf,
  type SearchedJob,
  type SearchTerm,
} from "./job-search.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom("a", '"', "\\", " ", ",", ":", "-", "status", "ß", "\u00a0") }),
);
const term: fc.Arbitrary<SearchTerm> = fc.oneof(
  fc.record({
    qualifier: fc.constantFrom(...qualifiers.filter((one) => one !== "status")),
    values: fc.uniqueArray(text, { minLength: 1, maxLength: 3 }),
    not: fc.boolean(),
  }),
  fc.record({
    qualifier: fc.constant("status" as const),
    values: fc.uniqueArray(fc.constantFrom(...standings), { minLength: 1 }),
    not: fc.boolean(),
  }),
  fc.record({
    qualifier: fc.constant(null),
    values: text.map((value) => [value]),
    not: fc.boolean(),
  }),
);

const job: SearchedJob = {
  id: 7,
  key: "wheat_gbs_7",
  crop: "wheat",
  status: "failed",
  held: false,
  submittedBy: "Ada Lovelace",
  tables: ["marker", "dataset_dnarun"],
  source: "/data/Panel-7.vcf",
  digester: "node-03",
  reason: "/data/Panel-7.vcf, line 211: genotype 0/3",
  message: null,
  failure: "input",
};

const inInstruction = (_id: number, part: string): boolean => "platform infinium".includes(part);

function matches(search: string, over: Partial<SearchedJob> = {}): boolean {
  const { terms, problems } = parseSearch(search);
  expect(problems).toEqual([]);
  return terms.every((one) => termMatcher(one, inInstruction)({ ...job, ...over }));
}

describe("the search language", () => {
  it("reads what it prints, whatever stands in the values", () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        expect(parseSearch(printSearch(terms))).toEqual({ terms, problems: [] });
      }),
    );
  });

  it("reads anything without throwing, and prints what it made of it to the same effect", () => {
    fc.assert(
      fc.property(text, (typed) => {
        const { terms } = parseSearch(typed);
        expect(parseSearch(printSearch(terms)).terms).toEqual(terms);
      }),
    );
  });

  it("says what is wrong and where", () => {
    expect(parseSearch("a colour:red status:lost submitter: name:x").problems).toEqual([
      { message: expect.stringContaining('no qualifier "colour"'), from: 2, to: 12 },
      { message: expect.stringContaining('found "lost"'), from: 13, to: 24 },
      { message: "submitter: expected a value after it", from: 25, to: 35 },
    ]);
    expect(parseSearch('name:"x').problems).toEqual([
      { message: "The quote is not closed", from: 0, to: 7 },
    ]);
    expect(parseSearch("C:\\data\\x").terms).toEqual([
      { qualifier: null, values: ["C:\\data\\x"], not: false },
    ]);
  });

  it.each([
    ["status:failed", true],
    ["-status:failed", false],
    ["status:completed,failed", true],
    ['submitter:"ada lovelace"', true],
    ["submitter:ada", false],
    ["submitter:ada*", true],
    ["table:dataset_dnarun", true],
    ["table:dataset", false],
    ["file:panel-7", true],
    ["error:input", true],
    ["error:genotype", true],
    ["error:nowhere", false],
    ["name:gbs crop:WHEAT digester:node-*", true],
    ["infinium", true],
    ["-infinium", false],
    ["211 gbs", true],
    ["status:failed infinium2", false],
    ["", true],
  ])("%s", (search, expected) => {
    expect(matches(search)).toBe(expected);
  });

  it("finds jobs that lack a value, and held ones among the submitted", () => {
    expect(matches('submitter:""', { submittedBy: null })).toBe(true);
    expect(matches('submitter:""')).toBe(false);
    expect(matches("status:held", { status: "submitted", held: true })).toBe(true);
    expect(facetValues({ ...job, status: "submitted", held: true }, "status")).toEqual([
      "submitted",
      "held",
    ]);
  });

  it("toggles a value of a qualifier and leaves the rest", () => {
    const start = parseSearch("gbs status:failed").terms;
    const both = toggleValue(start, "status", "aborted");
    expect(printSearch(both)).toBe("gbs status:failed,aborted");
    expect(valuesOf(both, "status")).toEqual(["failed", "aborted"]);
    expect(
      printSearch(toggleValue(toggleValue(both, "status", "failed"), "status", "aborted")),
    ).toBe("gbs");
  });
});
