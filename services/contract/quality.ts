import { z } from "zod";

/*
 * Quality figures of a matrix. Of n calls of a marker (or sample) m are missing: no allele of theirs is known. Calls with
 * some alleles known, such as AN, count as called; their known alleles count for frequencies, but they are neither
 * homozygous nor heterozygous. Shares are 0 to 1.
 */

/** The quality files, beside the digest files: the summary, and a row per marker and per sample. */
export const qualityFiles = {
  summary: "quality.json",
  markers: "quality.marker.tsv",
  samples: "quality.sample.tsv",
} as const;
export type QualityFile = keyof typeof qualityFiles;

const qualityFigures = [
  "call rate",
  "minor allele frequency",
  "heterozygosity",
  "PIC",
  "Hardy-Weinberg",
  "duplicate samples",
] as const;
const QualityFigure = z.enum(qualityFigures);

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

/** Counts of values in bins of equal width from 0 to `to`; the last bin includes `to`. */
const Histogram = z.object({ to: z.number().positive(), counts: z.array(count) });

/**
 * Missing shares of the matrix, at most 200 × 200: the cell of row r and column c is the share of missing calls of markers
 * `r * markersPerRow` and following and samples `c * samplesPerColumn` and following, in the order of the digest.
 */
const MissingMap = z.object({
  markersPerRow: z.number().int().positive(),
  samplesPerColumn: z.number().int().positive(),
  /** Row by row, in whole percent; any missing call makes at least 1. */
  rows: z.array(z.array(z.number().int().min(0).max(100))),
  /**
   * Where each chromosome begins, by the number of its first marker from 0; "" for markers without one. Absent where the load
   * does not tell them, or where they are not in order.
   */
  chromosomes: z.array(z.object({ name: z.string(), first: count })).optional(),
});

const DuplicateSamples = z.object({
  first: z.string(),
  second: z.string(),
  /** Of the markers that were called in both, the share with equal calls. */
  identity: share,
  /** Markers that were compared: called in both. */
  markers: count,
});

/** What a job's result says of the quality of its matrix; all of it is in `quality.json`. */
export const QualitySummary = z.object({
  callRate: share,
  /** Mean over the markers that have it; null where the data set type has none. */
  minorAlleleFrequency: share.nullable(),
  /** Of the calls whose alleles are all known, the share of heterozygous ones; null where the type has none. */
  heterozygosity: share.nullable(),
  /** Markers with one allele only, of those that were called at all. */
  monomorphicMarkers: count,
  allMissingMarkers: count,
  allMissingSamples: count,
  /** Pairs of samples with nearly the same calls; null where that was not looked for. */
  duplicateSamples: count.nullable(),
});
export type QualitySummary = z.infer<typeof QualitySummary>;

const NamedShare = z.object({ name: z.string(), value: share });

/** `quality.json`, and the answer to `GET /api/v1/jobs/{id}/quality`. */
export const Quality = z.object({
  dataSetType: z.string(),
  markers: count,
  samples: count,
  calls: count,
  missing: count,
  /** Calls with some of their alleles known and some not; they count as called. */
  halfMissing: count,
  heterozygous: count,
  summary: QualitySummary,
  /** Figures that the data set does not have, and why. */
  absent: z.array(z.object({ figure: QualityFigure, reason: z.string() })),
  /** Numbers of markers or samples by value; null where the figure is absent. */
  histograms: z.object({
    markerCallRate: Histogram,
    sampleCallRate: Histogram,
    minorAlleleFrequency: Histogram.nullable(),
    markerHeterozygosity: Histogram.nullable(),
    sampleHeterozygosity: Histogram.nullable(),
  }),
  /** The twenty with the lowest call rate, lowest first. */
  lowestCallRate: z.object({ markers: z.array(NamedShare), samples: z.array(NamedShare) }),
  /** The first two hundred pairs, most alike first. */
  duplicateSamples: z.array(DuplicateSamples),
  missingMap: MissingMap,
});
export type Quality = z.infer<typeof Quality>;

/** Figures by which markers and samples are left out, as the tables call them. */
export const ThresholdFigure = z.enum(["call_rate", "minor_allele_frequency"]);
export type ThresholdFigure = z.infer<typeof ThresholdFigure>;

/** `GET /api/v1/jobs/{id}/quality/{table}/below`: whoever has less than `under` of a figure; whoever has no figure is not counted. */
export const BelowQuery = z.object({
  figure: ThresholdFigure,
  under: z.coerce.number().min(0).max(1),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export const Below = z.object({
  count,
  /** So many as `limit` says at most, lowest first. */
  lowest: z.array(NamedShare),
});
export type Below = z.infer<typeof Below>;

/** `GET /api/v1/jobs/{id}/quality/{table}?format=csv`: a row per marker or per sample. */
export const QualityTable = z.enum(["markers", "samples"]);
export const QualityFormat = z.enum(["tsv", "csv"]);
export type QualityTable = z.infer<typeof QualityTable>;
export type QualityFormat = z.infer<typeof QualityFormat>;
