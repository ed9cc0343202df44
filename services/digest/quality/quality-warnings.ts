import { NOWHERE, type Problems } from "../problems.ts";
import { OUTSIDE_ALLELES, outsideText } from "./alleles-column.ts";
import type { FewOfMany, Totals } from "./quality-collector.ts";
import type { WrittenQuality } from "./quality-files.ts";

/** Reports what deserves a look: up to twenty of each kind by name, the rest as a number. */
export function warnOfQuality(written: WrittenQuality, totals: Totals, warnings: Problems): void {
  const { quality, markerNames, sampleNames, samplesAllMissing, outsideAlleles } = written;
  const marker = (index: number): string => markerNames.get(index) ?? String(index + 1);
  const sample = (index: number): string => sampleNames[index] ?? String(index + 1);
  const warn = (kind: string, few: FewOfMany, text: (index: number) => string): void => {
    reportFew(warnings, kind, few.count, few.first.map(text));
  };

  warn("monomorphic", totals.monomorphic, (index) => `Marker ${marker(index)} is monomorphic`);
  warn("all missing", totals.allMissing, (index) => `Marker ${marker(index)} has no call at all`);
  warn("all missing sample", samplesAllMissing, (k) => `Sample ${sample(k)} has no call at all`);
  reportFew(
    warnings,
    OUTSIDE_ALLELES,
    outsideAlleles.count,
    outsideAlleles.first.map((found) => outsideText(found.marker, found)),
  );
  reportFew(
    warnings,
    "duplicate profiles",
    quality.summary.duplicateSamples ?? 0,
    quality.duplicateSamples.map(
      ({ first, second, identity, markers }) =>
        `Samples ${first} and ${second} have the same calls at ${percent(identity)} of ${markers} markers`,
    ),
  );
}

/** As many reports as there are cases, of which only the first have words. */
function reportFew(
  warnings: Problems,
  kind: string,
  count: number,
  words: readonly string[],
): void {
  for (let i = 0; i < count; i++) warnings.report(kind, NOWHERE, () => words[i] ?? "");
}

/** Rounded down, so that 100 % means all of them. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
