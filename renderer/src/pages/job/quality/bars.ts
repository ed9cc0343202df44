import type { Quality, QualityTable } from "../../../../../services/contract/quality.ts";
import { formatCount, formatPlural } from "../../../format/numbers.ts";
import {
  common,
  labelOf,
  round,
  type Colours,
  type QualityChart,
  type Threshold,
} from "./chart-parts.ts";

type Histogram = Quality["histograms"]["markerCallRate"];

/** Bars of how many have which value, with the line of a threshold. */
export function barsOf(
  name: string,
  title: string,
  table: QualityTable,
  histogram: Histogram | null,
  usual: Omit<Threshold, "table"> | null,
): QualityChart | null {
  if (histogram === null) return null;
  const { counts, to } = histogram;
  const width = to / counts.length;
  const labels = counts.map((_, i) => `${round(i * width)}–${round((i + 1) * width)}`);
  const threshold = usual === null ? null : { ...usual, table };
  return {
    name,
    title,
    isWide: false,
    threshold,
    summary: summaryOf(histogram, labels, table, threshold),
    heads: [title, table === "markers" ? "Markers" : "Samples"],
    rows: labels.map((label, i) => [label, counts[i] ?? 0]),
    option: (colours, at) => ({
      ...common(colours),
      xAxis: [
        { type: "category", data: labels, show: false },
        // The bars stand for spans: a value has its place between them, so the axis is one of values.
        {
          type: "value",
          position: "bottom",
          min: 0,
          max: to,
          splitNumber: 10,
          splitLine: { show: false },
          axisLine: { show: true, lineStyle: { color: colours.line } },
          axisLabel: { ...labelOf(colours), formatter: round, hideOverlap: true },
        },
      ],
      yAxis: {
        type: "value",
        minInterval: 1,
        splitNumber: 3,
        axisLabel: { ...labelOf(colours), formatter: formatCount },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        { type: "bar", data: counts, barCategoryGap: "8%", itemStyle: { color: colours.bar } },
        {
          type: "bar",
          xAxisIndex: 1,
          data: [],
          ...(threshold === null ? {} : lineAt(at, colours)),
        },
      ],
    }),
  };
}

function summaryOf(
  { counts, to }: Histogram,
  labels: readonly string[],
  table: QualityTable,
  threshold: Threshold | null,
): string {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const what = formatPlural(all, table === "markers" ? "marker" : "sample");
  if (threshold === null) {
    const mode = counts.indexOf(Math.max(...counts));
    return `${formatCount(counts[mode] ?? 0)} of ${what} at ${labels[mode] ?? ""}, the fullest bar.`;
  }
  const width = to / counts.length;
  const below = counts
    .filter((_, i) => (i + 1) * width <= threshold.usual + 1e-9)
    .reduce((sum, count) => sum + count, 0);
  return `${formatCount(below)} of ${what} below ${threshold.usual}.`;
}

function lineAt(at: number, colours: Colours) {
  return {
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      lineStyle: { color: colours.mark, type: "dashed", width: 1.5 },
      label: { formatter: round(at), color: colours.mark, fontSize: 11 },
      data: [{ xAxis: at }],
    },
  };
}
