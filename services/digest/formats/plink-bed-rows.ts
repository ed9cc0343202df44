import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import {
  absentCompanion,
  companionOf,
  fieldsOf,
  LETTER_OF,
  N,
  readCompanion,
} from "./plink-files.ts";
import { createRowBuilder, type RowBuilder } from "./row-builder.ts";
import { readEachLine, type RowContext, type RowReader } from "./row-reader.ts";

/**
 * PLINK's `.bed` with `.bim` and `.fam`, as rows of two-letter calls: markers in rows. Left of the calls stand the six
 * columns of the `.bim`; above them the family and the name of each sample.
 */

export const BIM_COLUMNS = ["chromosome", "marker", "cM", "position", "A1", "A2"] as const;

const BED_MAGIC = [0x6c, 0x1b];

/** Why this is no `.bed` that can be read, by its first three bytes; null when it is one. */
export function bedProblem(start: Uint8Array): string | null {
  if (start[0] !== BED_MAGIC[0] || start[1] !== BED_MAGIC[1]) {
    return "The file does not begin as a PLINK .bed does, with the bytes 6c 1b; unpack it if it is compressed";
  }
  if (start[2] === 1) return null;
  return start[2] === 0
    ? "The .bed has its samples in rows; make it anew with plink --make-bed"
    : "The file is cut short or no .bed of PLINK 1";
}

export const readBed: RowReader = async (file, context) => {
  const [bimPath, famPath] = [companionOf(file.path, "bim"), companionOf(file.path, "fam")];
  if (bimPath === null) return absentCompanion(file.path, "bim");
  if (famPath === null) return absentCompanion(file.path, "fam");
  const descriptor = openSync(file.path, "r");
  try {
    return await readBedRows(descriptor, file, bimPath, famPath, context);
  } finally {
    closeSync(descriptor);
  }
};

async function readBedRows(
  descriptor: number,
  file: Parameters<RowReader>[0],
  bimPath: string,
  famPath: string,
  context: RowContext,
): ReturnType<RowReader> {
  const start = Buffer.alloc(3);
  readSync(descriptor, start, 0, 3, 0);
  const problem = bedProblem(start);
  if (problem !== null) return { message: problem, file: file.path, line: null, column: null };

  const samples: string[][] = [];
  const famFault = await readCompanion(famPath, file, context, (fields, line) => {
    samples.push(fields);
    if (fields.length >= 2) return;
    context.problems.report(
      "fam line",
      { file: famPath, line, column: null },
      () => "The line has one field; expected family, sample and four more",
    );
  });
  if (famFault !== null) return famFault;
  const rows = createRowBuilder(context.delimiter.byte, context.onBlock);
  const left = BIM_COLUMNS.slice(1).map(() => "");
  rows.header([...left, "FID", ...samples.map(([family = ""]) => family)]);
  rows.header([...BIM_COLUMNS, ...samples.map(([, name = ""]) => name)]);

  const bytesPerMarker = Math.ceil(samples.length / 4);
  const calls = createPieces(descriptor, 3, bytesPerMarker, context);
  let markers = 0;
  let isShort = false;
  const bim = {
    path: bimPath,
    name: basename(bimPath),
    size: 0,
    limit: file.limit,
    decoding: file.decoding,
  };
  const bimFault = await readEachLine(bim, { pace: context.pace, onBytes: () => {} }, (line) => {
    const fields = fieldsOf(line.bytes.toString("utf8", line.from, line.to));
    if (fields.length === 0 || isShort) return;
    const at = calls.next();
    isShort = at < 0;
    if (isShort) return;
    markers++;
    if (fields.length !== BIM_COLUMNS.length) {
      context.problems.report(
        "bim line",
        { file: bimPath, line: line.number, column: null },
        () => `The line has ${fields.length} fields; expected ${BIM_COLUMNS.join(", ")}`,
      );
      return;
    }
    for (const field of fields) {
      rows.text(field);
      rows.endCell();
    }
    const pairs = pairsOf(fields, bimPath, line.number, context);
    putBedCalls(rows, calls.bytes, at, samples.length, pairs);
    const { number } = line;
    rows.endRow(() => ({ line: number, column: null }));
  });
  if (bimFault !== null) return bimFault;
  rows.flush();
  const size = fstatSync(descriptor).size;
  const expected = 3 + markers * bytesPerMarker;
  if (isShort || (size !== expected && file.limit === undefined)) {
    return {
      message:
        `The .bed has ${size} bytes, which does not fit ${samples.length} samples of ${basename(famPath)} ` +
        `and the markers of ${basename(bimPath)}: ` +
        (isShort ? `it ends after marker ${markers}` : `${markers} markers need ${expected}`) +
        ". Check that the three files belong together",
      file: file.path,
      line: null,
      column: null,
    };
  }
  return null;
}

const PIECE_BYTES = 1 << 20;

/** A file in records of equal length, read in large pieces. */
function createPieces(
  descriptor: number,
  offset: number,
  record: number,
  context: Pick<RowContext, "onBytes">,
) {
  const bytes = Buffer.allocUnsafe(
    Math.max(1, Math.floor(PIECE_BYTES / Math.max(1, record))) * record,
  );
  let [position, filled, at] = [offset, 0, 0];
  return {
    bytes,
    /** Where the next record begins in `bytes`; -1 where the file has no whole one any more. */
    next(): number {
      if (record === 0) return 0;
      if (at + record > filled) {
        filled = 0;
        while (filled < bytes.length) {
          const count = readSync(descriptor, bytes, filled, bytes.length - filled, position);
          if (count === 0) break;
          filled += count;
          position += count;
          context.onBytes(count);
        }
        at = 0;
      }
      if (at + record > filled) return -1;
      at += record;
      return at - record;
    },
  };
}

/** The letters of the four codes of a call, two for each: homozygous A1, missing, heterozygous, homozygous A2. */
function pairsOf(
  [, marker = "", , , a1 = "", a2 = ""]: readonly string[],
  path: string,
  line: number,
  context: RowContext,
): Uint8Array {
  const [one, two] = [a1, a2].map((allele) =>
    allele.length === 1 ? (LETTER_OF[allele.charCodeAt(0)] ?? 0) : 0,
  );
  if (one === 0 || two === 0 || one === undefined || two === undefined) {
    context.warnings.report("bim alleles", { file: path, line, column: one === 0 ? 5 : 6 }, () => ({
      message: `The alleles are ${a1.slice(0, 50)} and ${a2.slice(0, 50)}, which two letters cannot tell; the calls of this marker are NN`,
      marker,
    }));
    return Uint8Array.of(N, N, N, N, N, N, N, N);
  }
  return Uint8Array.of(one, one, N, N, one, two, two, two);
}

/** Each byte has four samples, the first in its lowest bits. */
function putBedCalls(
  rows: RowBuilder,
  bytes: Buffer,
  from: number,
  samples: number,
  pairs: Uint8Array,
): void {
  const { buffer } = rows;
  buffer.room(3 * samples + 1);
  for (let sample = 0; sample < samples; sample++) {
    const code = ((bytes[from + (sample >> 2)] as number) >> (2 * (sample & 3))) & 3;
    buffer.bytes[buffer.at++] = pairs[2 * code] as number;
    buffer.bytes[buffer.at++] = pairs[2 * code + 1] as number;
    rows.endCell();
  }
}
