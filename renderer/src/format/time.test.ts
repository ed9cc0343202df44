import { describe, expect, it } from "vitest";
import {
  clockAhead,
  formatAgo,
  formatClock,
  formatDateTime,
  formatDuration,
  formatMoment,
  formatSpan,
  formatTime,
} from "./time.ts";

const s = 1000;
const min = 60 * s;
const h = 60 * min;

describe("times", () => {
  it("says how long ago in one unit, and never the future", () => {
    const now = Date.parse("2026-11-24T09:31:07Z");
    const ago = (ms: number) => formatAgo(now - ms, now);
    expect([-5 * s, 1999, 4 * s, 59.9 * s, 2 * min, 3 * h, 50 * h].map(ago)).toEqual([
      "now",
      "now",
      "4 s ago",
      "59 s ago",
      "2 min ago",
      "3 h ago",
      "2 d ago",
    ]);
    expect(formatSpan(-1)).toBe("0 s");
  });

  it("gives a duration to the digit that matters", () => {
    expect(
      [0, 940, 950, 1900, 9949, 42.4 * s, 59.6 * s, 125 * s, h + 5 * min, 49 * h].map(
        formatDuration,
      ),
    ).toEqual([
      "0 ms",
      "940 ms",
      "0.9 s",
      "1.9 s",
      "9.9 s",
      "42 s",
      "1 min",
      "2 min 5 s",
      "1 h 5 min",
      "2 d 1 h",
    ]);
  });

  it("tells a moment by the time of day while that is plain, else with the date", () => {
    const at = Date.parse("2026-11-24T09:31:07Z");
    expect(formatMoment(at, at + h, "UTC")).toBe("09:31:07");
    expect(formatMoment(at, at + 30 * h, "UTC")).toBe("24 Nov 09:31");
  });

  it("says when a bucket begins, with the day where buckets are long", () => {
    const at = Date.parse("2026-11-24T14:00:00Z");
    expect(formatClock(at, 60_000, "UTC")).toBe("14:00");
    expect(formatClock(at, 7_200_000, "UTC")).toBe("Tue 14:00");
  });

  it("shows a time of day in UTC when asked", () => {
    const at = Date.parse("2026-11-24T09:31:07Z");
    expect(formatTime(at, "UTC")).toBe("09:31:07");
    expect(formatDateTime(at, "UTC")).toBe("24 Nov 2026, 09:31:07 UTC");
  });
});

it("tells a clock that is off from an answer that took a moment", () => {
  const now = Date.parse("2026-11-24T09:31:07.400Z");
  expect(clockAhead("Tue, 24 Nov 2026 09:31:06 GMT", now)).toBe(0);
  expect(clockAhead("Tue, 24 Nov 2026 11:31:07 GMT", now)).toBe(7_200_000);
  expect(clockAhead("Tue, 24 Nov 2026 07:31:07 GMT", now)).toBe(-7_200_000);
  expect(clockAhead(null, now)).toBe(0);
  expect(clockAhead("noon", now)).toBe(0);
});
