import { formatCount, formatShare } from "../../../format/numbers.ts";
import { common, labelOf, round, type Colours, type QualityChart } from "./chart-parts.ts";
import type { SampleFigures } from "../../../format/sample-figures.ts";

/** Heterozygosity of each sample against its call rate: a mixed or failed sample stands apart. Null where none has both. */
export function scatterOf(samples: readonly SampleFigures[]): QualityChart | null {
  const points = pointsOf(samples);
  if (points.length === 0) return null;
  const most = points.reduce((a, b) => (b.heterozygosity > a.heterozygosity ? b : a));
  return {
    name: "heterozygosity-by-call-rate",
    title: "Heterozygosity against call rate",
    isWide: false,
    threshold: null,
    summary: `Each point is a sample, ${formatCount(points.length)} in all; the most heterozygous is ${most.name}, ${formatShare(most.heterozygosity)}.`,
    heads: ["Sample", "Call rate", "Heterozygosity"],
    rows: points.map(({ name, callRate, heterozygosity }) => [
      name,
      round(callRate),
      round(heterozygosity),
    ]),
    option: (colours) => ({
      ...common(colours),
      tooltip: {
        ...common(colours).tooltip,
        // Drawn as text: names come of files.
        renderMode: "richText",
        formatter: ({ name, value: [x = 0, y = 0] }: { name: string; value: readonly number[] }) =>
          `${name}\ncall rate ${formatShare(x)}, heterozygosity ${formatShare(y)}`,
      },
      xAxis: { ...axisOf(colours), min: lowestOf(points.map(({ callRate }) => callRate)), max: 1 },
      yAxis: { ...axisOf(colours), min: 0, splitNumber: 4 },
      series: [
        {
          type: "scatter",
          symbolSize: points.length > 2000 ? 3 : 6,
          itemStyle: { color: colours.bar, opacity: 0.6 },
          data: points.map(({ name, callRate, heterozygosity }) => ({
            name,
            value: [callRate, heterozygosity],
          })),
        },
      ],
    }),
  };
}

/** Those that have both figures. */
export function pointsOf(samples: readonly SampleFigures[]) {
  return samples.flatMap(({ heterozygosity, ...sample }) =>
    heterozygosity === null ? [] : [{ ...sample, heterozygosity }],
  );
}

/** The tenth at which an axis begins that shows all of these; never so near to 1 that noise looks large. */
export function lowestOf(rates: readonly number[]): number {
  const least = rates.reduce((a, b) => Math.min(a, b), 1);
  return Math.max(0, Math.min(0.9, Math.floor(least * 10) / 10));
}

function axisOf(colours: Colours) {
  return {
    type: "value",
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { ...labelOf(colours), formatter: round },
    splitLine: { lineStyle: { color: colours.line } },
  };
}
