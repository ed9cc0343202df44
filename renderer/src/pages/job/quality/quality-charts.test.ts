import { expect, it } from "vitest";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { chartsOf, toCsv } from "./quality-charts.ts";

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
  const charts = chartsOf(quality);
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
  const charts = chartsOf({
    ...quality,
    histograms: { ...histograms, markerHeterozygosity: { to: 1, counts: [3, 4, 2, 1] } },
  });
  const heterozygosity = charts.find(({ name }) => name === "marker-heterozygosity");
  expect(heterozygosity?.summary).toBe("4 of 10 markers at 0.25–0.5, the fullest bar.");
});

it("exports them as a spreadsheet reads them", () => {
  expect(toCsv({ heads: ["a", 'b "c"'], rows: [["1,000", 2]] })).toBe('a,"b ""c"""\r\n"1,000",2');
});
