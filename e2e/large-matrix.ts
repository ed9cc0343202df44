import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { once } from "node:events";
import { finished } from "node:stream/promises";

/** A two-letter matrix large enough to be in the middle of: four bytes a call. */
export async function writeLargeMatrix(
  directory: string,
  { markers, samples }: { markers: number; samples: number },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = createWriteStream(join(directory, "large.txt"));
  const names = Array.from({ length: samples }, (_, i) => `S${i + 1}`);
  file.write(`marker\t${names.join("\t")}\n`);
  const calls = names.map((_, i) => ["A/A", "A/G", "G/G", "?/?"][i % 4]).join("\t");
  for (let marker = 1; marker <= markers; marker++) {
    if (!file.write(`M${marker}\t${calls}\n`)) await once(file, "drain");
  }
  file.end();
  await finished(file);
}

const constant = (name: string, constantValue: string) => ({
  gobiiColumnType: "CONSTANT",
  name,
  constantValue,
});
const counter = (name: string) => ({ gobiiColumnType: "AUTOINCREMENT", name });
const cells = (gobiiColumnType: string, name: string, rCoord: number, cCoord: number) => ({
  gobiiColumnType,
  name,
  rCoord,
  cCoord,
  dataSetType: "NUCLEOTIDE_2_LETTER",
});

/** The three tables of a data set. */
export function datasetInstruction(source: string, destination: string): object[] {
  const gobiiFile = { source, destination, delimiter: "\\t", gobiiFileType: "GENERIC" };
  const tables = {
    dataset_marker: [
      constant("platform_id", "1"),
      constant("dataset_id", "4"),
      cells("CSV_COLUMN", "marker_name", 1, 0),
      counter("marker_idx"),
    ],
    dataset_dnarun: [
      constant("experiment_id", "3"),
      constant("dataset_id", "4"),
      cells("CSV_ROW", "dnarun_name", 0, 1),
      counter("dnarun_idx"),
    ],
    matrix: [cells("CSV_BOTH", "matrix", 1, 1)],
  };
  return Object.entries(tables).map(([table, gobiiFileColumns]) => ({
    gobiiFile,
    table,
    gobiiFileColumns,
    dataSetId: 4,
    gobiiCropType: "dev",
    contactId: 1,
    jobPayloadType: "CV_PAYLOADTYPE_MATRIX",
  }));
}
