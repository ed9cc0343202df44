import type { Quality } from "../../../../../services/contract/quality.ts";
import { formatCount, formatPlural, formatShare } from "../../../format/numbers.ts";
import { common, labelOf, type Colours, type QualityChart } from "./chart-parts.ts";

type MissingMap = Quality["missingMap"];

/** Where calls are missing: markers downwards, by chromosome where that is known, samples across. */
export function mapOf(map: MissingMap): QualityChart {
  const { rows, markersPerRow, samplesPerColumn } = map;
  const cells = rows.flatMap((row, y) => row.map((percent, x) => [x, y, percent]));
  const worst = worstOf(map);
  const chromosomes = rows.map((_, y) => chromosomeOf(map, y));
  const hasChromosomes = chromosomes.some((one) => one !== null);
  return {
    name: "missingness",
    title: "Missing calls",
    isWide: true,
    threshold: null,
    summary: `${hasChromosomes ? "Chromosomes" : "Markers"} downwards, samples across; at most ${formatShare(worst / 100)} missing in ${markersPerRow === 1 && samplesPerColumn === 1 ? "a cell" : `${formatPlural(markersPerRow, "marker")} × ${formatPlural(samplesPerColumn, "sample")}`}.`,
    heads: [...(hasChromosomes ? ["Chromosome"] : []), "Markers", "Samples", "Missing %"],
    rows: cells
      .filter(([, , percent]) => (percent ?? 0) > 0)
      .toSorted((a, b) => (b[2] ?? 0) - (a[2] ?? 0))
      .slice(0, 500)
      .map(([x = 0, y = 0, percent = 0]) => [
        ...(hasChromosomes ? [chromosomes[y] ?? ""] : []),
        placesOf(y, markersPerRow),
        placesOf(x, samplesPerColumn),
        percent,
      ]),
    option: (colours) => ({
      ...common(colours),
      tooltip: {
        ...common(colours).tooltip,
        // Drawn as text: names come of files.
        renderMode: "richText",
        formatter: ({ data: [x = 0, y = 0, percent = 0] }: { data: readonly number[] }) =>
          [
            `${percent} % missing`,
            `markers ${placesOf(y, markersPerRow)}${hasChromosomes ? `, chromosome ${nameOf(chromosomes[y])}` : ""}`,
            `samples ${placesOf(x, samplesPerColumn)}`,
          ].join("\n"),
      },
      xAxis: {
        ...axisOf(rows[0]?.length ?? 0, samplesPerColumn, colours),
        axisLabel: { ...labelOf(colours), hideOverlap: true },
      },
      yAxis: {
        ...axisOf(rows.length, markersPerRow, colours),
        ...(hasChromosomes
          ? chromosomeAxis(map, colours)
          : {
              axisLabel: {
                ...labelOf(colours),
                hideOverlap: true,
                interval: Math.max(0, Math.ceil(rows.length / mapTicks) - 1),
              },
            }),
        inverse: true,
      },
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

/** The largest share in it, in percent. */
export function worstOf({ rows }: MissingMap): number {
  return Math.max(0, ...rows.map((row) => Math.max(0, ...row)));
}

/** The rows of each chromosome; none where they are not known. */
export function bandsOf({ chromosomes = [], rows, markersPerRow }: MissingMap) {
  return chromosomes.map(({ name, first }, index) => {
    const next = chromosomes[index + 1];
    return {
      name: nameOf(name),
      from: first / markersPerRow,
      to: next === undefined ? rows.length : next.first / markersPerRow,
    };
  });
}

/** Which markers or samples a row or column of the map stands for. */
function placesOf(index: number, size: number): string {
  const first = formatCount(index * size + 1);
  return size === 1 ? first : `${first}–${formatCount((index + 1) * size)}`;
}

/** Of the first marker of a row; null where that is not known. */
function chromosomeOf({ chromosomes = [], markersPerRow }: MissingMap, row: number): string | null {
  return chromosomes.findLast(({ first }) => first <= row * markersPerRow)?.name ?? null;
}

function nameOf(chromosome: string | null | undefined): string {
  return chromosome === "" || chromosome == null ? "none" : chromosome;
}

/** So many labels fit beside the map without touching. */
const mapTicks = 8;

function axisOf(length: number, size: number, colours: Colours) {
  return {
    type: "category",
    data: Array.from({ length }, (_, i) => formatCount(i * size + 1)),
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    splitArea: { show: false },
  };
}

/** A tick where a chromosome begins, its name in the middle of its rows. */
function chromosomeAxis(map: MissingMap, colours: Colours) {
  const bands = bandsOf(map);
  const starts = new Set(bands.map(({ from }) => Math.floor(from)));
  // Names of those that are wide enough to stand beside each other.
  const least = map.rows.length / (2 * mapTicks);
  const names = new Map(
    bands
      .filter(({ from, to }) => to - from >= least)
      .map(({ name, from, to }) => [Math.floor((from + to) / 2), name]),
  );
  return {
    axisTick: {
      show: true,
      length: 14,
      lineStyle: { color: colours.muted },
      interval: (index: number) => starts.has(index),
    },
    axisLabel: {
      ...labelOf(colours),
      margin: 6,
      interval: (index: number) => names.has(index),
      formatter: (_: string, index: number) => names.get(index) ?? "",
    },
  };
}
