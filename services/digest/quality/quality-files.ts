import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataSetType } from "../../contract/gobii-terms.ts";
import { qualityFiles, type Quality } from "../../contract/quality.ts";
import {
  createByteSink,
  put,
  putByte,
  putNumber,
  putUtf8,
  type ByteSink,
} from "../output/byte-sink.ts";
import type { Pace } from "../pace.ts";
import { allelesOutside } from "./alleles-column.ts";
import type { CallKind } from "./call-kind.ts";
import { chromosomesOf } from "./chromosomes.ts";
import { LEAST_MARKERS, type SamplePair } from "./duplicate-samples.ts";
import { createHistogram, createLowest } from "./histograms.ts";
import { cellOf, columnOf, markerNames, sampleNames, toCell, type NamingTable } from "./names.ts";
import { putDecimal } from "./put-number.ts";
import {
  addToFew,
  MARKER_COLUMNS,
  type FewOfMany,
  type QualityCollector,
} from "./quality-collector.ts";
import { readRows, type Row } from "./rows.ts";
import type { SampleCounts } from "./sample-counts.ts";

interface CollectedQuality {
  readonly outDir: string;
  readonly tables: readonly NamingTable[];
  readonly dataSetType: DataSetType;
  readonly kind: CallKind;
  /** The marker table without its names. */
  readonly partPath: string;
  readonly collector: QualityCollector;
  readonly samples: SampleCounts;
  /** Null where samples were not compared. */
  readonly pairs: readonly SamplePair[] | null;
  readonly pace: Pace;
}

export interface WrittenQuality {
  readonly quality: Quality;
  readonly samplesAllMissing: FewOfMany;
  readonly sampleNames: readonly string[];
  /** Names of the markers that the totals name by number. */
  readonly markerNames: ReadonlyMap<number, string>;
  /** Markers with calls that ref and alts of the marker table do not name. */
  readonly outsideAlleles: {
    count: number;
    readonly first: { marker: string; declared: string; called: string }[];
  };
}

const LISTED_PAIRS = 200;
const EXAMPLES = 20;

/**
 * Writes the tables of markers and of samples, and the summary.
 *
 * @throws a system error where a file cannot be written.
 */
export async function writeQualityFiles(collected: CollectedQuality): Promise<WrittenQuality> {
  const { collector, samples, outDir, tables, kind } = collected;
  const markers = collector.totals.markers;
  const names = sampleNames(tables, samples.missing.length);
  const wanted = new Set([
    ...collector.totals.monomorphic.first,
    ...collector.totals.allMissing.first,
    ...collector.lowestCallRate.map(({ index }) => index),
  ]);
  const outsideAlleles: WrittenQuality["outsideAlleles"] = { count: 0, first: [] };
  const named = await writeMarkers(collected, wanted, outsideAlleles);
  const perSample = writeSamples(join(outDir, qualityFiles.samples), samples, names, markers, kind);
  const quality = summarize(collected, names, named, perSample);
  writeFileSync(join(outDir, qualityFiles.summary), `${JSON.stringify(quality)}\n`, { flag: "wx" });
  return {
    quality,
    samplesAllMissing: perSample.allMissing,
    sampleNames: names,
    markerNames: named,
    outsideAlleles,
  };
}

/** Puts the names before the lines that were written in the pass. */
async function writeMarkers(
  { outDir, tables, collector, partPath, kind, dataSetType, pace }: CollectedQuality,
  wanted: ReadonlySet<number>,
  outside: WrittenQuality["outsideAlleles"],
): Promise<Map<number, string>> {
  const { markers } = collector.totals;
  const named = new Map<number, string>();
  const column = markerNames(tables, markers);
  const names = column === null ? null : readRows(column.path, 1);
  // In a VCF the calls are made of ref and alts, so they cannot be outside.
  const declared =
    kind.hasLetters && dataSetType !== "VCF" ? declaredAlleles(tables, markers) : null;
  const sink = createByteSink(join(outDir, qualityFiles.markers));
  try {
    putLine(sink, ["marker", ...MARKER_COLUMNS].join("\t"));
    let index = 0;
    for (const { bytes, from, to } of readRows(partPath, 0)) {
      const nameAt = sink.at;
      const name = names?.next();
      if (column === null || name === undefined || name.done === true) putNumber(sink, index + 1);
      else putRow(sink, toCell(name.value, column.index));
      const text = (): string => sink.bytes.toString("utf8", nameAt, lineAt - 1);
      putByte(sink, 9);
      const lineAt = sink.at;
      put(sink, bytes, from, to);
      if (wanted.has(index)) named.set(index, text());
      const alleles = declared?.next();
      if (alleles !== undefined && alleles.done !== true) {
        noteOutside(outside, text, alleles.value, bytes.toString("latin1", from, to));
      }
      putByte(sink, 10);
      sink.commit();
      index++;
      if (index % 4096 === 0) await pace();
    }
  } finally {
    sink.close();
    names?.return(undefined);
    declared?.return(undefined);
  }
  return named;
}

/** ref and alts of each marker, where the load has a marker table in the order of the matrix. */
function declaredAlleles(
  tables: readonly NamingTable[],
  markers: number,
): Generator<string> | null {
  const ref = columnOf(tables, [["marker", "ref"]], markers);
  const alts = columnOf(tables, [["marker", "alts"]], markers);
  return ref === null || alts === null ? null : joinedCells(ref.path, ref.index, alts.index);
}

function* joinedCells(path: string, one: number, other: number): Generator<string> {
  for (const row of readRows(path, 1)) yield `${cellOf(row, one)},${cellOf(row, other)}`;
}

const ALLELES_AT = MARKER_COLUMNS.indexOf("alleles");
const COUNTS_AT = MARKER_COLUMNS.indexOf("allele_counts");

function noteOutside(
  outside: WrittenQuality["outsideAlleles"],
  marker: () => string,
  declared: string,
  line: string,
): void {
  const cells = line.split("\t", COUNTS_AT + 1);
  const counts = cells[COUNTS_AT]?.split("/") ?? [];
  const called = (cells[ALLELES_AT] ?? "")
    .split("/")
    .filter((name) => name !== "")
    .map((name, i) => ({ name, count: Number(counts[i]) }));
  const found = allelesOutside(declared, called);
  if (found !== null && outside.count++ < EXAMPLES) {
    outside.first.push({ marker: marker(), ...found });
  }
}

interface SampleFigures {
  readonly callRate: ReturnType<typeof createHistogram>;
  readonly heterozygosity: ReturnType<typeof createHistogram>;
  readonly lowest: ReturnType<typeof createLowest>;
  readonly allMissing: FewOfMany;
}

function writeSamples(
  path: string,
  { missing, half, heterozygous }: SampleCounts,
  names: readonly string[],
  markers: number,
  kind: CallKind,
): SampleFigures {
  const hasHeterozygotes = kind.absent.heterozygosity === null;
  const figures: SampleFigures = {
    callRate: createHistogram(1),
    heterozygosity: createHistogram(1),
    lowest: createLowest(),
    allMissing: { count: 0, first: [] },
  };
  const sink = createByteSink(path);
  try {
    putLine(sink, "sample\tcalls\tmissing\thalf_missing\tcall_rate\theterozygous\theterozygosity");
    for (const [k, name] of names.entries()) {
      const calls = markers - (missing[k] ?? 0);
      const full = calls - (half[k] ?? 0);
      const callRate = calls / markers;
      const heterozygosity = full === 0 ? null : (heterozygous[k] ?? 0) / full;
      figures.callRate.add(callRate);
      figures.heterozygosity.add(heterozygosity);
      figures.lowest.add(k, callRate);
      if (calls === 0) addToFew(figures.allMissing, k);
      putUtf8(sink, name);
      for (const count of [calls, missing[k] ?? 0, half[k] ?? 0]) {
        putByte(sink, 9);
        putNumber(sink, count);
      }
      putByte(sink, 9);
      putDecimal(sink, callRate);
      putByte(sink, 9);
      if (hasHeterozygotes) putNumber(sink, heterozygous[k] ?? 0);
      putByte(sink, 9);
      if (hasHeterozygotes) putDecimal(sink, heterozygosity);
      putByte(sink, 10);
      sink.commit();
    }
  } finally {
    sink.close();
  }
  return figures;
}

function summarize(
  { collector, samples, tables, dataSetType, kind, pairs }: CollectedQuality,
  names: readonly string[],
  markerNamed: ReadonlyMap<number, string>,
  perSample: SampleFigures,
): Quality {
  const { totals, histograms } = collector;
  const calls = totals.markers * names.length;
  const full = calls - totals.missing - totals.half;
  const { alleleFrequency, heterozygosity, hardyWeinberg } = kind.absent;
  const nameOf = (k: number): string => names[k] ?? String(k + 1);
  const chromosomes = chromosomesOf(tables, totals.markers);
  const absent: Quality["absent"] = [];
  if (alleleFrequency !== null) {
    absent.push({ figure: "minor allele frequency", reason: alleleFrequency });
  }
  if (heterozygosity !== null) absent.push({ figure: "heterozygosity", reason: heterozygosity });
  if (hardyWeinberg !== null) absent.push({ figure: "Hardy-Weinberg", reason: hardyWeinberg });
  if (pairs === null) {
    const reason = `Samples are compared by at least ${LEAST_MARKERS} markers; there are ${totals.markers}`;
    absent.push({ figure: "duplicate samples", reason });
  }
  return {
    dataSetType,
    markers: totals.markers,
    samples: names.length,
    calls,
    missing: totals.missing,
    halfMissing: totals.half,
    heterozygous: totals.heterozygous,
    summary: {
      callRate: 1 - totals.missing / calls,
      minorAlleleFrequency:
        alleleFrequency !== null || totals.withFrequency === 0
          ? null
          : totals.minorAlleleFrequency / totals.withFrequency,
      heterozygosity: heterozygosity !== null || full === 0 ? null : totals.heterozygous / full,
      monomorphicMarkers: totals.monomorphic.count,
      allMissingMarkers: totals.allMissing.count,
      allMissingSamples: perSample.allMissing.count,
      duplicateSamples: pairs?.length ?? null,
    },
    absent,
    histograms: {
      markerCallRate: histograms.callRate.take(),
      sampleCallRate: perSample.callRate.take(),
      minorAlleleFrequency:
        alleleFrequency === null ? histograms.minorAlleleFrequency.take() : null,
      markerHeterozygosity: heterozygosity === null ? histograms.heterozygosity.take() : null,
      sampleHeterozygosity: heterozygosity === null ? perSample.heterozygosity.take() : null,
    },
    lowestCallRate: {
      markers: collector.lowestCallRate.map(({ index, value }) => ({
        name: markerNamed.get(index) ?? String(index + 1),
        value,
      })),
      samples: perSample.lowest.kept.map(({ index, value }) => ({ name: nameOf(index), value })),
    },
    duplicateSamples: (pairs ?? []).slice(0, LISTED_PAIRS).map(({ first, second, ...pair }) => ({
      first: nameOf(first),
      second: nameOf(second),
      ...pair,
    })),
    missingMap: {
      ...samples.missingMap(totals.markers),
      ...(chromosomes === undefined ? {} : { chromosomes }),
    },
  };
}

function putLine(sink: ByteSink, text: string): void {
  putUtf8(sink, text);
  putByte(sink, 10);
  sink.commit();
}

function putRow(sink: ByteSink, { bytes, from, to }: Row): void {
  put(sink, bytes, from, to);
}
