import type { EChartsCoreOption } from "echarts/core";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { formatCount, formatPlural, formatShare } from "../../../format/numbers.ts";

/** The page's colours, as a canvas needs them. */
export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly bar: string;
  readonly mark: string;
  readonly full: string;
  readonly font: string;
}

/** A picture of quality figures, and the numbers behind it. */
export interface QualityChart {
  readonly name: string;
  readonly title: string;
  /** What the picture says, in a sentence. */
  readonly summary: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly option: (colours: Colours) => EChartsCoreOption;
}

/** Below these a marker or sample is usually left out. */
const leastCallRate = 0.8;
const leastFrequency = 0.05;

type Histogram = Quality["histograms"]["markerCallRate"];

/** The pictures that a matrix has figures for. */
export function chartsOf(quality: Quality): readonly QualityChart[] {
  const { histograms, missingMap } = quality;
  const bars = [
    bar(
      "marker-call-rate",
      "Call rate by marker",
      "marker",
      histograms.markerCallRate,
      leastCallRate,
    ),
    bar(
      "sample-call-rate",
      "Call rate by sample",
      "sample",
      histograms.sampleCallRate,
      leastCallRate,
    ),
    bar("maf", "Minor allele frequency", "marker", histograms.minorAlleleFrequency, leastFrequency),
    bar(
      "marker-heterozygosity",
      "Heterozygosity by marker",
      "marker",
      histograms.markerHeterozygosity,
      null,
    ),
    bar(
      "sample-heterozygosity",
      "Heterozygosity by sample",
      "sample",
      histograms.sampleHeterozygosity,
      null,
    ),
  ];
  return [...bars.filter((one) => one !== null), mapOf(missingMap)];
}

function bar(
  name: string,
  title: string,
  what: "marker" | "sample",
  histogram: Histogram | null,
  threshold: number | null,
): QualityChart | null {
  if (histogram === null) return null;
  const { counts, to } = histogram;
  const width = to / counts.length;
  const all = counts.reduce((sum, count) => sum + count, 0);
  const labels = counts.map((_, i) => `${round(i * width)}–${round((i + 1) * width)}`);
  const below =
    threshold === null
      ? 0
      : counts.reduce(
          (sum, count, i) => sum + ((i + 1) * width <= threshold + 1e-9 ? count : 0),
          0,
        );
  const mode = counts.indexOf(Math.max(...counts));
  return {
    name,
    title,
    summary:
      threshold === null
        ? `${formatCount(counts[mode] ?? 0)} of ${formatPlural(all, what)} at ${labels[mode] ?? ""}, the fullest bar.`
        : `${formatCount(below)} of ${formatPlural(all, what)} below ${threshold}.`,
    heads: [title, what === "marker" ? "Markers" : "Samples"],
    rows: labels.map((label, i) => [label, counts[i] ?? 0]),
    option: (colours) => ({
      ...common(colours),
      grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
      xAxis: {
        type: "category",
        data: labels,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colours.line } },
        axisLabel: {
          ...labelOf(colours),
          formatter: (_: string, i: number) => round(i * width),
          interval: Math.max(0, Math.ceil(counts.length / 10) - 1),
        },
      },
      yAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: 3,
        axisLabel: { ...labelOf(colours), formatter: formatCount },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        {
          type: "bar",
          data: counts,
          barCategoryGap: "8%",
          itemStyle: { color: colours.bar },
          ...(threshold === null
            ? {}
            : { markLine: lineAt(threshold / width, threshold, colours) }),
        },
      ],
    }),
  };
}

/** At the left edge of the bin that begins with the threshold. */
function lineAt(bins: number, threshold: number, colours: Colours) {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: colours.mark, type: "dashed", width: 1.5 },
    label: { formatter: String(threshold), color: colours.mark, fontSize: 11 },
    data: [{ xAxis: Math.round(bins) }],
  };
}

function mapOf({ rows, markersPerRow, samplesPerColumn }: Quality["missingMap"]): QualityChart {
  const cells = rows.flatMap((row, y) => row.map((percent, x) => [x, y, percent]));
  const worst = Math.max(0, ...cells.map(([, , percent]) => percent ?? 0));
  return {
    name: "missingness",
    title: "Missing calls",
    summary: `Markers downwards, samples across; at most ${formatShare(worst / 100)} missing in ${markersPerRow === 1 && samplesPerColumn === 1 ? "a cell" : `${formatPlural(markersPerRow, "marker")} × ${formatPlural(samplesPerColumn, "sample")}`}.`,
    heads: ["Markers", "Samples", "Missing %"],
    rows: cells
      .filter(([, , percent]) => (percent ?? 0) > 0)
      .toSorted((a, b) => (b[2] ?? 0) - (a[2] ?? 0))
      .slice(0, 500)
      .map(([x = 0, y = 0, percent = 0]) => [
        placesOf(y, markersPerRow),
        placesOf(x, samplesPerColumn),
        percent,
      ]),
    option: (colours) => ({
      ...common(colours),
      grid: { left: 8, right: 16, top: 8, bottom: 8, containLabel: true },
      xAxis: axisOfMap(rows[0]?.length ?? 0, samplesPerColumn, colours),
      yAxis: { ...axisOfMap(rows.length, markersPerRow, colours, mapTicks), inverse: true },
      visualMap: {
        show: false,
        min: 0,
        max: Math.max(10, worst),
        inRange: { color: [colours.ground, colours.full] },
      },
      series: [{ type: "heatmap", data: cells, progressive: 0, itemStyle: { borderWidth: 0 } }],
    }),
  };
}

/** Which markers or samples a row or column of the map stands for. */
function placesOf(index: number, size: number): string {
  const first = formatCount(index * size + 1);
  return size === 1 ? first : `${first}–${formatCount((index + 1) * size)}`;
}

/** So many labels fit beside the map without touching. */
const mapTicks = 8;

/** @param ticks so many labels at most; as many as fit in a row unless given, which is not told of those in a column. */
function axisOfMap(length: number, size: number, colours: Colours, ticks?: number) {
  return {
    type: "category",
    data: Array.from({ length }, (_, i) => formatCount(i * size + 1)),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: {
      ...labelOf(colours),
      hideOverlap: true,
      ...(ticks === undefined ? {} : { interval: Math.max(0, Math.ceil(length / ticks) - 1) }),
    },
    splitArea: { show: false },
  };
}

function common(colours: Colours) {
  return {
    animation: false,
    backgroundColor: colours.ground,
    textStyle: { fontFamily: colours.font },
    tooltip: {
      confine: true,
      transitionDuration: 0,
      backgroundColor: colours.ground,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12 },
    },
  };
}

function labelOf(colours: Colours) {
  return { color: colours.muted, fontSize: 11, fontFamily: colours.font };
}

function round(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** Comma-separated values, quoted where needed. */
export function toCsv({ heads, rows }: Pick<QualityChart, "heads" | "rows">): string {
  return [heads, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
}

function csvCell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
