import { expect, it } from "vitest";
import { rateOf } from "./progress.ts";

const startedAt = "2026-11-24T09:30:00.000Z";
const start = Date.parse(startedAt);

it("tells the rate and what is left at it", () => {
  const job = { bytesRead: 400, bytesTotal: 1000, progress: 0.4, startedAt };
  expect(rateOf(job, start + 4000)).toEqual({ bytesPerSecond: 100, leftMs: 6000 });
});

it("tells nothing before there is something to tell from", () => {
  const job = { bytesRead: 400, bytesTotal: null, progress: 0.4, startedAt };
  expect(rateOf(job, start + 500)).toBeNull();
  expect(rateOf({ ...job, bytesRead: 0 }, start + 4000)).toBeNull();
  expect(rateOf({ ...job, startedAt: null }, start + 4000)).toBeNull();
  expect(rateOf(job, start + 4000)).toEqual({ bytesPerSecond: 100, leftMs: null });
});
