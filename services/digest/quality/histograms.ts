import type { Quality } from "../../contract/quality.ts";

type Histogram = Quality["histograms"]["markerCallRate"];

/** Bins of a histogram. */
const BINS = 50;

export interface HistogramCounter {
  /** Null is not counted. */
  add(value: number | null): void;
  take(): Histogram;
}

/** @param to the largest value there can be. */
export function createHistogram(to: number): HistogramCounter {
  const counts = Array.from({ length: BINS }, () => 0);
  return {
    add(value) {
      if (value === null) return;
      // A hair more, so that 0.3 of 1 is in the bin that begins there although 0.3 * 50 is a hair less than 15.
      const bin = Math.min(BINS - 1, Math.floor((value / to) * BINS + 1e-9));
      counts[bin] = (counts[bin] ?? 0) + 1;
    },
    take: () => ({ to, counts: [...counts] }),
  };
}

const KEPT = 20;

/** Keeps the smallest few of many values, with the numbers of those that have them. */
export function createLowest() {
  const kept: { index: number; value: number }[] = [];
  return {
    add(index: number, value: number): void {
      const last = kept.at(-1);
      if (kept.length === KEPT && last !== undefined && value >= last.value) return;
      const place = kept.findIndex((other) => value < other.value);
      kept.splice(place === -1 ? kept.length : place, 0, { index, value });
      if (kept.length > KEPT) kept.pop();
    },
    kept,
  };
}
