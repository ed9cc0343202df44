import type { MarkerCounts } from "./call-kind.ts";
import type { HardyWeinbergTest } from "./hardy-weinberg.ts";

/** Quality figures of one marker; shares are 0 to 1, null where there is nothing to take them from. */
export interface MarkerFigures {
  readonly callRate: number;
  /** Of the second most frequent allele; 0 with one allele. */
  readonly minorAlleleFrequency: number | null;
  /** Heterozygous calls of those whose alleles are all known. */
  readonly heterozygosity: number | null;
  /** 1 - Σ pᵢ²: the share to expect of heterozygotes. */
  readonly expectedHeterozygosity: number | null;
  /** 1 - observed / expected heterozygosity; null with one allele. */
  readonly inbreeding: number | null;
  /** Polymorphism information content; source: Botstein et al. 1980, AJHG 32:314. */
  readonly pic: number | null;
  readonly hardyWeinberg: number | null;
}

/** @param samples how many calls there are, missing ones included. */
export function markerFigures(
  counts: MarkerCounts,
  samples: number,
  test: HardyWeinbergTest,
): MarkerFigures {
  const { missing, half, heterozygous, alleles, genotypes } = counts;
  const called = samples - missing;
  const full = called - half;
  let total = 0;
  for (const { count } of alleles) total += count;
  const heterozygosity = full === 0 ? null : heterozygous / full;
  const expected = total === 0 ? null : 1 - sumOfSquares(alleles, total);
  return {
    callRate: samples === 0 ? 0 : called / samples,
    minorAlleleFrequency: total === 0 ? null : (alleles[1]?.count ?? 0) / total,
    heterozygosity,
    expectedHeterozygosity: expected,
    inbreeding:
      heterozygosity === null || expected === null || alleles.length < 2
        ? null
        : 1 - heterozygosity / expected,
    pic: expected === null ? null : expected - sharedByParents(alleles, total),
    hardyWeinberg: genotypes === null || full === 0 ? null : test(genotypes),
  };
}

/** Σ pᵢ². */
function sumOfSquares(alleles: MarkerCounts["alleles"], total: number): number {
  let sum = 0;
  for (const { count } of alleles) sum += (count / total) ** 2;
  return sum;
}

/** Σᵢ<ⱼ 2 pᵢ² pⱼ²: a heterozygous child of two parents with the same heterozygous call tells nothing. */
function sharedByParents(alleles: MarkerCounts["alleles"], total: number): number {
  let sum = 0;
  let before = 0;
  for (const { count } of alleles) {
    const square = (count / total) ** 2;
    sum += 2 * square * before;
    before += square;
  }
  return sum;
}
