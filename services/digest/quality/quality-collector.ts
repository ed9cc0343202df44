import type { Kernels } from "../kernels/kernels.ts";
import { createByteSink, putByte, putNumber } from "../output/byte-sink.ts";
import type { CallKind, MarkerCounts, Tally } from "./call-kind.ts";
import { SKETCH_MARKERS } from "./duplicate-samples.ts";
import { createHardyWeinbergTest } from "./hardy-weinberg.ts";
import { createHistogram, createLowest } from "./histograms.ts";
import { markerFigures, type MarkerFigures } from "./marker-figures.ts";
import { putDecimal, putProbability, putText } from "./put-number.ts";
import { createReservoir } from "./reservoir.ts";
import { createSampleCounts, type SampleCounts } from "./sample-counts.ts";

/** Converted calls of one marker, all of them or those of some samples. The object is reused. */
export interface MarkerCalls {
  /** 0-based, in the order of the digest. */
  marker: number;
  /** The calls stand at `bytes[from, to)`, each with one byte behind it. */
  bytes: Uint8Array;
  from: number;
  to: number;
  firstSample: number;
  /** Where the calls of several markers come by turns, each has a number of its own. */
  slot: number;
  /** No more calls of this marker will come. */
  isLast: boolean;
}

/** To be filled for each marker: all of its calls at once, until told otherwise. */
export function emptyCalls(): MarkerCalls {
  return {
    marker: 0,
    bytes: Buffer.alloc(0),
    from: 0,
    to: 0,
    firstSample: 0,
    slot: 0,
    isLast: true,
  };
}

/** Counts calls in the pass that converts or transposes them. Markers are completed in their order. */
export interface QualityCollector {
  /** @returns what was counted of the marker, once it is complete. */
  count(calls: MarkerCalls): MarkerCounts | null;
  /** Writes out what is left; safe to call again. */
  close(): void;
  readonly totals: Totals;
  readonly samples: SampleCounts;
  readonly histograms: {
    readonly callRate: ReturnType<typeof createHistogram>;
    readonly minorAlleleFrequency: ReturnType<typeof createHistogram>;
    readonly heterozygosity: ReturnType<typeof createHistogram>;
  };
  readonly lowestCallRate: readonly { readonly index: number; readonly value: number }[];
  /** Markers to compare samples by: with several frequent alleles, as far as there are such. */
  sketchMarkers(): number[];
}

export interface Totals {
  markers: number;
  missing: number;
  half: number;
  heterozygous: number;
  /** Sum over the markers that have one, and their number. */
  minorAlleleFrequency: number;
  withFrequency: number;
  readonly monomorphic: FewOfMany;
  readonly allMissing: FewOfMany;
}

/** How many there are, and the first of them. */
export interface FewOfMany {
  count: number;
  readonly first: number[];
}

/** As many as warnings are kept of one kind. */
const FEW = 20;

/** Counts one more, and keeps its number while there are few. */
export function addToFew(few: FewOfMany, index: number): void {
  if (few.count++ < FEW) few.first.push(index);
}

/** Those that tell samples apart: both alleles frequent, most calls there. */
const INFORMATIVE = { minorAlleleFrequency: 0.1, callRate: 0.5 } as const;
const SLASH = 47;
const SEED = 20_050_301;

/** The columns of the marker table behind the name, in the order in which `putMarker` writes them. */
export const MARKER_COLUMNS = [
  "calls",
  "missing",
  "half_missing",
  "call_rate",
  "alleles",
  "allele_counts",
  "minor_allele_frequency",
  "heterozygous",
  "heterozygosity",
  "expected_heterozygosity",
  "inbreeding",
  "pic",
  "hardy_weinberg_p",
] as const;

/**
 * @param partPath where a line for each marker goes, without its name, which may not be known yet.
 * @param size what is known of the matrix beforehand.
 * @param kernels null: do without.
 * @throws a system error where the file cannot be written, here and from `count` and `close`.
 */
export function createQualityCollector(
  kind: CallKind,
  partPath: string,
  size: { readonly samples: number; readonly markers: number | null },
  kernels: Kernels | null,
): QualityCollector {
  const sink = createByteSink(partPath);
  const tallies: Tally[] = [];
  const totals: Totals = {
    markers: 0,
    missing: 0,
    half: 0,
    heterozygous: 0,
    minorAlleleFrequency: 0,
    withFrequency: 0,
    monomorphic: { count: 0, first: [] },
    allMissing: { count: 0, first: [] },
  };
  const histograms = {
    callRate: createHistogram(1),
    minorAlleleFrequency: createHistogram(0.5),
    heterozygosity: createHistogram(1),
  };
  const lowest = createLowest();
  const informative = createReservoir(SKETCH_MARKERS, SEED);
  const others = createReservoir(SKETCH_MARKERS, SEED);
  const cell = kind.width + 1;
  const made = kernels?.createPairCounter() ?? null;
  const counter = made !== null && size.samples <= made.states.length ? made : null;
  const samples = createSampleCounts(size.samples, size.markers, counter?.states);
  const test = createHardyWeinbergTest(kind.absent.hardyWeinberg === null ? size.samples : 0);

  const complete = (marker: number, counts: MarkerCounts): void => {
    const calls = size.samples;
    const figures = markerFigures(counts, calls, test);
    totals.markers++;
    totals.missing += counts.missing;
    totals.half += counts.half;
    totals.heterozygous += counts.heterozygous;
    if (counts.alleles.length === 0) addToFew(totals.allMissing, marker);
    else if (counts.alleles.length === 1) addToFew(totals.monomorphic, marker);
    histograms.callRate.add(figures.callRate);
    lowest.add(marker, figures.callRate);
    const frequency = figures.minorAlleleFrequency;
    if (frequency !== null) {
      totals.withFrequency++;
      totals.minorAlleleFrequency += frequency;
      histograms.minorAlleleFrequency.add(frequency);
      const tellsMuch =
        frequency >= INFORMATIVE.minorAlleleFrequency && figures.callRate >= INFORMATIVE.callRate;
      (tellsMuch ? informative : others).offer(marker);
    }
    histograms.heterozygosity.add(figures.heterozygosity);
    putMarker(counts, figures, calls);
  };

  const putMarker = (counts: MarkerCounts, figures: MarkerFigures, calls: number): void => {
    const tab = (): void => putByte(sink, 9);
    putNumber(sink, calls - counts.missing);
    tab();
    putNumber(sink, counts.missing);
    tab();
    putNumber(sink, counts.half);
    tab();
    putDecimal(sink, figures.callRate);
    tab();
    let first = true;
    for (const { name } of counts.alleles) {
      if (!first) putByte(sink, SLASH);
      putText(sink, name);
      first = false;
    }
    tab();
    first = true;
    for (const { count } of counts.alleles) {
      if (!first) putByte(sink, SLASH);
      putNumber(sink, count);
      first = false;
    }
    tab();
    const { alleleFrequency, heterozygosity } = kind.absent;
    putDecimal(sink, alleleFrequency === null ? figures.minorAlleleFrequency : null);
    tab();
    if (heterozygosity === null) putNumber(sink, counts.heterozygous);
    tab();
    putDecimal(sink, heterozygosity === null ? figures.heterozygosity : null);
    tab();
    putDecimal(sink, heterozygosity === null ? figures.expectedHeterozygosity : null);
    tab();
    putDecimal(sink, heterozygosity === null ? figures.inbreeding : null);
    tab();
    putDecimal(sink, figures.pic);
    tab();
    putProbability(sink, figures.hardyWeinberg);
    putByte(sink, 10);
    sink.commit();
  };

  return {
    totals,
    histograms,
    lowestCallRate: lowest.kept,
    samples,
    count({ marker, bytes, from, to, firstSample, slot, isLast }) {
      // The byte behind the last call of a row may be missing or not.
      const calls = Math.floor((to - from + 1) / cell);
      let tally = tallies[slot];
      if (tally === undefined) {
        tally = kind.createTally(counter);
        tallies[slot] = tally;
      }
      const states = samples.statesOf(marker, firstSample, firstSample + calls);
      tally.count(bytes, from, from + calls * cell, states, firstSample);
      if (!isLast) return null;
      const counts = tally.take();
      complete(marker, counts);
      return counts;
    },
    close() {
      sink.close();
      samples.finish();
    },
    sketchMarkers() {
      const best = informative.take();
      const missing = Math.max(0, SKETCH_MARKERS - best.length);
      return [...best, ...others.take().slice(0, missing)];
    },
  };
}
