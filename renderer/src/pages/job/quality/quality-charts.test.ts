import { expect, it } from "vitest";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { bandsOf } from "./missing-map.ts";
import { chartsOf, toCsv } from "./quality-charts.ts";
import { lowestOf } from "./scatter.ts";

const quality: Quality = {
  dataSetType: "IUPAC",
  markers: 10,
  samples: 4,
  calls: 40,
  missing: 4,
  halfMissing: 0,
  heterozygous: 3,
  summary: {
    callRate: 0.9,
    minorAlleleFrequency: 0.2,
    heterozygosity: 0.08,
    monomorphicMarkers: 1,
    allMissingMarkers: 0,
    allMissingSamples: 0,
    duplicateSamples: null,
  },
  absent: [{ figure: "heterozygosity", reason: "no" }],
  histograms: {
    markerCallRate: { to: 1, counts: [0, 0, 0, 1, 9] },
    sampleCallRate: { to: 1, counts: [0, 0, 0, 0, 4] },
    minorAlleleFrequency: { to: 0.5, counts: [2, 0, 0, 0, 0, 3, 5, 0, 0, 0] },
    markerHeterozygosity: null,
    sampleHeterozygosity: null,
  },
  lowestCallRate: { markers: [], samples: [] },
  duplicateSamples: [],
  missingMap: {
    markersPerRow: 5,
    samplesPerColumn: 2,
    rows: [
      [0, 20],
      [0, 0],
    ],
  },
};

it("makes pictures of the figures that there are, with the numbers behind them", () => {
  const charts = chartsOf(quality, null);
  expect(charts.map(({ name }) => name)).toEqual([
    "marker-call-rate",
    "sample-call-rate",
    "maf",
    "missingness",
  ]);
  expect(charts[0]?.summary).toBe("1 of 10 markers below 0.8.");
  expect(charts[2]?.summary).toBe("2 of 10 markers below 0.05.");
  expect(charts[3]?.rows).toEqual([["1–5", "3–4", 20]]);
});

it("names the fullest bar of a picture without a threshold for what it is", () => {
  const { histograms } = quality;
  const charts = chartsOf(
    {
      ...quality,
      histograms: { ...histograms, markerHeterozygosity: { to: 1, counts: [3, 4, 2, 1] } },
    },
    null,
  );
  const heterozygosity = charts.find(({ name }) => name === "marker-heterozygosity");
  expect(heterozygosity?.summary).toBe("4 of 10 markers at 0.25–0.5, the fullest bar.");
});

it("draws each sample that has both figures", () => {
  const samples = [
    { name: "S1", callRate: 0.9, heterozygosity: 0.1 },
    { name: "S2", callRate: 0.64, heterozygosity: 0.4 },
    { name: "S3", callRate: 0, heterozygosity: null },
  ];
  const scatter = chartsOf(quality, samples).find(({ title }) => /against/.test(title));
  expect(scatter?.rows).toEqual([
    ["S1", "0.9", "0.1"],
    ["S2", "0.64", "0.4"],
  ]);
  expect(scatter?.summary).toContain("2 in all; the most heterozygous is S2, 40.0 %");
  expect(lowestOf(samples.slice(0, 2).map(({ callRate }) => callRate))).toBe(0.6);
});

it("tells the chromosomes of the map where they are known", () => {
  const chromosomes = [
    { name: "1", first: 0 },
    { name: "", first: 7 },
  ];
  const missingMap = { ...quality.missingMap, chromosomes };
  const map = chartsOf({ ...quality, missingMap }, null).at(-1);
  expect(map?.summary).toContain("Chromosomes downwards");
  expect(map?.rows).toEqual([["1", "1–5", "3–4", 20]]);
  expect(bandsOf(missingMap)).toEqual([
    { name: "1", from: 0, to: 1.4 },
    { name: "none", from: 1.4, to: 2 },
  ]);
});

it("exports them as a spreadsheet reads them", () => {
  expect(toCsv({ heads: ["a", 'b "c"'], rows: [["1,000", 2]] })).toBe('a,"b ""c"""\r\n"1,000",2');
});
