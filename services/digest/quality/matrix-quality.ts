import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DataSetType } from "../../contract/gobii-terms.ts";
import type { QualitySummary } from "../../contract/quality.ts";
import type { MatrixRow } from "../matrix/matrix-rule.ts";
import type { Pace } from "../pace.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Problems } from "../problems.ts";
import { createAllelesColumn } from "./alleles-column.ts";
import { callKinds } from "./call-kind.ts";
import { findDuplicateSamples, LEAST_MARKERS, type SamplePair } from "./duplicate-samples.ts";
import type { NamingTable } from "./names.ts";
import {
  createQualityCollector,
  emptyCalls,
  type MarkerCalls,
  type QualityCollector,
} from "./quality-collector.ts";
import { writeQualityFiles } from "./quality-files.ts";
import { warnOfQuality } from "./quality-warnings.ts";

/** The quality figures of the matrix of one digest. */
export interface MatrixQuality {
  /** The line above the first row of a file whose rows are markers. */
  header(bytes: Buffer, lineFrom: number, lineTo: number, delimiter: number): void;
  /** A row that is a marker: its converted calls are `output[at, end)`. */
  row(row: MatrixRow, output: Buffer, at: number, end: number, place: RowPlace): void;
  /** The size of the matrix, before the first of the `calls` of its markers. */
  begin(markers: number, samples: number): void;
  /** Calls of a marker of which the rows were samples. */
  calls(calls: MarkerCalls): void;
  /**
   * Compares the samples, writes the quality files and reports what deserves a look.
   *
   * @returns null where there were no calls.
   */
  finish(digest: FinishedDigest): Promise<QualitySummary | null>;
  /** Lets go of the file that it writes to; safe to call again. */
  close(): void;
}

/** Where a row stands. */
interface RowPlace {
  readonly file: string | null;
  /** From 1. */
  readonly line: number | null;
  /** Whether the cells before the calls are as they were read; a filtered row has not all of them. */
  readonly isAsRead: boolean;
}

interface FinishedDigest {
  readonly outDir: string;
  readonly matrixPath: string;
  /** The other digest files. */
  readonly tables: readonly NamingTable[];
  readonly warnings: Problems;
  readonly pace: Pace;
}

/** @param dataSetType VCF for the genotypes of a VCF file, whatever type was declared. */
export function createMatrixQuality(
  dataSetType: DataSetType,
  outDir: string,
  warnings: Problems,
  kernels: Kernels | null,
): MatrixQuality {
  const kind = callKinds[dataSetType];
  const partPath = join(outDir, "quality.marker.part");
  const alleles = createAllelesColumn(warnings);
  let collector: QualityCollector | null = null;
  const marker = emptyCalls();

  const compareSamples = async (
    { matrixPath, pace }: FinishedDigest,
    size: { markers: number; samples: number },
    sketchMarkers: readonly number[],
  ): Promise<SamplePair[] | null> =>
    size.markers < LEAST_MARKERS
      ? null
      : findDuplicateSamples({ path: matrixPath, ...size, kind }, sketchMarkers, pace);

  return {
    header(bytes, lineFrom, lineTo, delimiter) {
      if (kind.hasLetters) alleles.header(bytes, lineFrom, lineTo, delimiter);
    },
    row(row, output, at, end, place) {
      marker.marker = row.index;
      marker.bytes = output;
      marker.from = at;
      marker.to = end;
      const samples = (end - at) / (kind.width + 1);
      collector ??= createQualityCollector(kind, partPath, { samples, markers: null }, kernels);
      const counts = collector.count(marker);
      if (counts !== null && kind.hasLetters && place.isAsRead) alleles.check(row, counts, place);
    },
    begin(markers, samples) {
      collector = createQualityCollector(kind, partPath, { markers, samples }, kernels);
    },
    calls: (calls) => void collector?.count(calls),
    async finish(digest) {
      if (collector === null) return null;
      collector.close();
      const size = {
        markers: collector.totals.markers,
        samples: collector.samples.missing.length,
      };
      const pairs = await compareSamples(digest, size, collector.sketchMarkers());
      const written = await writeQualityFiles({
        ...digest,
        dataSetType,
        kind,
        partPath,
        collector,
        samples: collector.samples,
        pairs,
      });
      rmSync(partPath);
      warnOfQuality(written, collector.totals, digest.warnings);
      return written.quality.summary;
    },
    close() {
      collector?.close();
    },
  };
}
