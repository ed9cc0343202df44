import { expect, it } from "vitest";
import { eventOf, jobOf } from "../../../testing/wire.ts";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { reportOf, type ReportInput } from "./report.ts";

const input: ReportInput = {
  job: {
    ...jobOf(7, { key: "wheat_7", status: "failed", reason: "<script>alert(1)</script>" }),
    result: {
      status: "failed",
      tables: [{ table: "marker", file: "/d/digest.marker", rows: 1204, columns: 3 }],
      matrix: null,
      validation: [],
      errors: [{ message: "genotype 0/3", file: "/d/wheat.vcf", line: 3, column: 2 }],
      errorCount: 25,
      warnings: [],
      durationMs: 1900,
      bytesRead: 1000,
    },
  },
  events: [eventOf(1, { type: "refused", message: "too late" })],
  instruction: '[{"table": "marker"}]',
  quality: null,
  samples: null,
  lines: new Map([
    [
      0,
      {
        file: "/d/wheat.vcf",
        more: true,
        lines: [{ number: 3, text: "m3\t0/3", before: 0, after: 0, cell: null }],
      },
    ],
  ]),
  zone: "UTC",
  units: "decimal",
  now: Date.UTC(2026, 10, 24),
};

it("is one page that needs nothing from elsewhere and runs nothing", () => {
  const html = reportOf(input);
  expect(html).not.toMatch(/<script|<link|<img|https?:|url\(|@import/);
  expect(html).toContain("&lt;script&gt;");
  expect(html).toContain("default-src 'none'");
});

it("tells what went wrong with the lines, what was made and what happened", () => {
  const html = reportOf(input);
  for (const part of [
    "wheat_7",
    "genotype 0/3",
    "/d/wheat.vcf, line 3, column 2",
    "<mark>      3  m3\t0/3</mark>",
    "…and 24 more.",
    "1,204",
    "Callback refused",
    "too late",
    "&quot;table&quot;",
  ]) {
    expect(html).toContain(part);
  }
});

it("shows the instruction, so that it is printed too", () => {
  expect(reportOf(input)).toContain("<details open>");
});

const quality: Quality = {
  dataSetType: "IUPAC",
  markers: 400,
  samples: 200,
  calls: 80_000,
  missing: 100,
  halfMissing: 0,
  heterozygous: 3,
  summary: {
    callRate: 0.9,
    minorAlleleFrequency: 0.2,
    heterozygosity: 0.08,
    monomorphicMarkers: 1,
    allMissingMarkers: 0,
    allMissingSamples: 0,
    duplicateSamples: 1,
  },
  absent: [{ figure: "Hardy-Weinberg", reason: "<no>" }],
  histograms: {
    markerCallRate: { to: 1, counts: [0, 0, 0, 1, 399] },
    sampleCallRate: { to: 1, counts: [0, 0, 0, 0, 200] },
    minorAlleleFrequency: { to: 0.5, counts: [2, 0, 0, 0, 0, 3, 395, 0, 0, 0] },
    markerHeterozygosity: null,
    sampleHeterozygosity: null,
  },
  lowestCallRate: {
    markers: [{ name: "<m1>", value: 0.6 }],
    samples: [{ name: "S9", value: 0.7 }],
  },
  duplicateSamples: [{ first: "S1", second: "S2", identity: 0.995, markers: 390 }],
  missingMap: {
    markersPerRow: 2,
    samplesPerColumn: 1,
    // No two cells beside each other alike: the most that there can be to draw.
    rows: Array.from({ length: 200 }, (_, y) =>
      Array.from({ length: 200 }, (_cell, x) => ((x + y) % 2 === 0 ? 100 : 40)),
    ),
    chromosomes: [
      { name: "1A", first: 0 },
      { name: "1B", first: 200 },
    ],
  },
};

it("has all that the console shows of quality, and stays small enough to send", () => {
  const samples = [{ name: "S1", callRate: 0.9, heterozygosity: 0.1 }];
  const html = reportOf({ ...input, quality, samples });
  for (const part of [
    "Call rate by marker",
    "1 of 400 markers below 0.8.",
    "Minor allele frequency",
    "Heterozygosity against call rate",
    "Missing calls",
    "Chromosomes downwards",
    ">1B</span>",
    "&lt;m1&gt;",
    "S9",
    "99.5 %",
    "No Hardy-Weinberg: &lt;no&gt;",
  ]) {
    expect(html).toContain(part);
  }
  expect(html).not.toMatch(/<script|<link|<img|https?:|url\(|@import/);
  expect(html.length).toBeLessThan(1_000_000);
});
