import type { DataSetType } from "../../contract/gobii-terms.ts";
import type { PairCounter } from "../kernels/kernels.ts";
import { pairCalls, tetraploidCalls } from "./letter-calls.ts";
import { bandCalls, codominantCalls } from "./single-calls.ts";
import { ssrCalls } from "./ssr-calls.ts";

/** What has been counted of one marker. */
export interface MarkerCounts {
  /** No allele known. */
  readonly missing: number;
  /** Some alleles known and some not. */
  readonly half: number;
  /** All alleles known and not all the same. */
  readonly heterozygous: number;
  /** Known alleles, the most frequent first. */
  readonly alleles: readonly AlleleCount[];
  /** Calls of a diploid marker with at most two alleles, all of a call known; null for others. */
  readonly genotypes: GenotypeCounts | null;
}

interface AlleleCount {
  readonly name: string;
  readonly count: number;
}

export interface GenotypeCounts {
  /** Homozygous for the more frequent allele. */
  readonly common: number;
  readonly heterozygous: number;
  readonly rare: number;
}

/** Counts the converted calls of one marker, all at once or in pieces. */
export interface Tally {
  /**
   * Counts the calls that begin at `from` and each `width + 1` bytes further, up to `to`. Adds the state of call k (see
   * `callStates`) to `states[first + k]`. This is a hot loop: no strings, no objects.
   */
  count(bytes: Uint8Array, from: number, to: number, states: Uint32Array, first: number): void;
  /** What was counted since the last `take`. */
  take(): MarkerCounts;
}

/** How the calls of a data set type are read once they are converted. */
export interface CallKind {
  /** Bytes of a call; see `MatrixRule`. */
  readonly width: number;
  /** @param counter null: do without. The result is the same. */
  createTally(counter: PairCounter | null): Tally;
  /** A number for the call at `at`, the same for calls of the same alleles; 0 unless all of its alleles are known. */
  identify(bytes: Uint8Array, at: number): number;
  /** Whether the letters of an `alleles` column name these alleles. */
  readonly hasLetters: boolean;
  /** Why a figure is not to be had; null: it is. */
  readonly absent: {
    readonly alleleFrequency: string | null;
    readonly heterozygosity: string | null;
    readonly hardyWeinberg: string | null;
  };
}

/** How the calls of each data set type are counted. */
export const callKinds: Readonly<Record<DataSetType, CallKind>> = {
  NUCLEOTIDE_2_LETTER: pairCalls,
  NUCLEOTIDE_4_LETTER: tetraploidCalls,
  IUPAC: pairCalls,
  VCF: pairCalls,
  SSR_ALLELE_SIZE: ssrCalls,
  DOMINANT_NON_NUCLEOTIDE: bandCalls,
  CO_DOMINANT_NON_NUCLEOTIDE: codominantCalls,
};
