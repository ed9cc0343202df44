import { expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatPercent,
  formatPlural,
  formatRate,
  formatShare,
} from "./numbers.ts";

it("separates thousands and knows one from many", () => {
  expect(formatCount(1204)).toBe("1,204");
  expect(formatPlural(1, "job")).toBe("1 job");
  expect(formatPlural(50_000, "job")).toBe("50,000 jobs");
});

it("never rounds to done or to nothing", () => {
  expect([0, 0.004, 0.5, 0.996, 1].map(formatPercent)).toEqual([
    "0 %",
    "<1 %",
    "50 %",
    "99 %",
    "100 %",
  ]);
  expect([0, 0.0004, 0.036, 1].map(formatShare)).toEqual(["0 %", "<0.1 %", "3.6 %", "100 %"]);
});

it("gives bytes in thousands or in powers of two, as one likes", () => {
  const sizes = [0, 999, 1000, 999_950, 1_900_000_000, 410e6];
  expect(sizes.map((bytes) => formatBytes(bytes, "decimal"))).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "1.0 MB",
    "1.9 GB",
    "410 MB",
  ]);
  expect(sizes.map((bytes) => formatBytes(bytes, "binary"))).toEqual([
    "0 B",
    "999 B",
    "1000 B",
    "977 KiB",
    "1.8 GiB",
    "391 MiB",
  ]);
  expect(formatRate(410e6, "decimal")).toBe("410 MB/s");
});
