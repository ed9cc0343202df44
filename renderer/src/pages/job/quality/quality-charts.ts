import type { Quality } from "../../../../../services/contract/quality.ts";
import { barsOf } from "./bars.ts";
import type { QualityChart } from "./chart-parts.ts";
import { mapOf } from "./missing-map.ts";
import type { SampleFigures } from "../../../format/sample-figures.ts";
import { scatterOf } from "./scatter.ts";

const callRate = { figure: "call_rate", usual: 0.8, to: 1 } as const;
const frequency = { figure: "minor_allele_frequency", usual: 0.05, to: 0.5 } as const;

/**
 * The pictures that a matrix has figures for.
 *
 * @param samples null while they are not there.
 */
export function chartsOf(
  { histograms, missingMap }: Quality,
  samples: readonly SampleFigures[] | null,
): readonly QualityChart[] {
  const { markerCallRate, sampleCallRate, minorAlleleFrequency } = histograms;
  const bars = [
    barsOf("marker-call-rate", "Call rate by marker", "markers", markerCallRate, callRate),
    barsOf("sample-call-rate", "Call rate by sample", "samples", sampleCallRate, callRate),
    barsOf("maf", "Minor allele frequency", "markers", minorAlleleFrequency, frequency),
    barsOf(
      "marker-heterozygosity",
      "Heterozygosity by marker",
      "markers",
      histograms.markerHeterozygosity,
      null,
    ),
    barsOf(
      "sample-heterozygosity",
      "Heterozygosity by sample",
      "samples",
      histograms.sampleHeterozygosity,
      null,
    ),
    samples === null ? null : scatterOf(samples),
  ];
  return [...bars.filter((one) => one !== null), mapOf(missingMap)];
}

/** Comma-separated values, quoted where needed. */
export function toCsv({ heads, rows }: Pick<QualityChart, "heads" | "rows">): string {
  return [heads, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
