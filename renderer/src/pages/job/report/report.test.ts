import { expect, it } from "vitest";
import { eventOf, jobOf } from "../../../testing/wire.ts";
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
