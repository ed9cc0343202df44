import type { Quality } from "../../../../../services/contract/quality.ts";
import { formatCount, formatShare } from "../../../format/numbers.ts";

/** The figures of a whole matrix, by what they are called. */
export function figuresOf({ summary }: Quality): readonly (readonly [string, string])[] {
  return [
    ["Call rate", formatShare(summary.callRate)],
    ["Mean minor allele frequency", orDash(summary.minorAlleleFrequency, formatShare)],
    ["Mean heterozygosity", orDash(summary.heterozygosity, formatShare)],
    ["Monomorphic markers", formatCount(summary.monomorphicMarkers)],
    ["Markers without a call", formatCount(summary.allMissingMarkers)],
    ["Samples without a call", formatCount(summary.allMissingSamples)],
    ["Duplicate samples", orDash(summary.duplicateSamples, formatCount)],
  ];
}

function orDash(value: number | null, words: (value: number) => string): string {
  return value === null ? "–" : words(value);
}
