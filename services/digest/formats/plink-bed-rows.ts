import { basename } from "node:path";
import { openChunks } from "../source/file-chunks.ts";
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
    return "The file does not begin as a PLINK .bed does, with the bytes 6c 1b";
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
  const chunks = openChunks(file.path, PIECE_BYTES, context.onBytes);
  try {
    return await readBedRows(createPieces(chunks), file, bimPath, famPath, context);
  } finally {
    await chunks.return();
  }
};

async function readBedRows(
  calls: Pieces,
  file: Parameters<RowReader>[0],
  bimPath: string,
  famPath: string,
  context: RowContext,
): ReturnType<RowReader> {
  const problem = bedProblem((await calls.next(BED_START)) ?? Buffer.alloc(0));
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
  let markers = 0;
  let isShort = false;
  const putMarker = (fields: readonly string[], line: number, coded: Buffer): void => {
    if (fields.length !== BIM_COLUMNS.length) {
      context.problems.report(
        "bim line",
        { file: bimPath, line, column: null },
        () => `The line has ${fields.length} fields; expected ${BIM_COLUMNS.join(", ")}`,
      );
      return;
    }
    for (const field of fields) {
      rows.text(field);
      rows.endCell();
    }
    putBedCalls(rows, coded, samples.length, pairsOf(fields, bimPath, line, context));
    rows.endRow(() => ({ line, column: null }));
  };

  /** Markers of the .bim whose calls are still to be read, which has to be waited for. */
  let ahead: { readonly fields: readonly string[]; readonly line: number }[] = [];
  const catchUp = async (): Promise<void> => {
    for (const { fields, line } of ahead) {
      const coded = isShort ? null : await calls.next(bytesPerMarker);
      isShort = coded === null;
      if (coded === null) break;
      markers++;
      putMarker(fields, line, coded);
      if (markers % MARKERS_AT_ONCE === 0) await context.pace();
    }
    ahead = [];
    await context.pace();
  };
  const bim = {
    path: bimPath,
    name: basename(bimPath),
    size: 0,
    limit: file.limit,
    decoding: file.decoding,
  };
  const bimFault = await readEachLine(bim, { pace: catchUp, onBytes: () => {} }, (line) => {
    const fields = fieldsOf(line.bytes.toString("utf8", line.from, line.to));
    if (fields.length > 0) ahead.push({ fields, line: line.number });
  });
  await catchUp();
  if (bimFault !== null) return bimFault;
  rows.flush();
  const isWhole = isShort || file.limit === undefined;
  const size = isWhole ? await calls.total(context.pace) : 0;
  const expected = BED_START + markers * bytesPerMarker;
  if (isWhole && (isShort || size !== expected)) {
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

const BED_START = BED_MAGIC.length + 1;
const PIECE_BYTES = 1 << 20;
const MARKERS_AT_ONCE = 256;

type Pieces = ReturnType<typeof createPieces>;

/** The bytes of a file, as many at a time as are asked for. */
function createPieces(chunks: AsyncGenerator<Buffer, void>) {
  let held: Buffer = Buffer.alloc(0);
  let [at, read] = [0, 0];
  return {
    /** The next bytes, valid until more are asked for; null where there are not so many. */
    async next(length: number): Promise<Buffer | null> {
      while (held.length - at < length) {
        const next = await chunks.next();
        if (next.done === true) return null;
        read += next.value.length;
        held = Buffer.concat([held.subarray(at), next.value]);
        at = 0;
      }
      at += length;
      return held.subarray(at - length, at);
    },
    /** Reads what is left. @returns how many bytes there are altogether. */
    async total(pace: RowContext["pace"]): Promise<number> {
      for await (const chunk of chunks) {
        read += chunk.length;
        await pace();
      }
      return read;
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
function putBedCalls(rows: RowBuilder, bytes: Buffer, samples: number, pairs: Uint8Array): void {
  const { buffer } = rows;
  buffer.room(3 * samples + 1);
  for (let sample = 0; sample < samples; sample++) {
    const code = ((bytes[sample >> 2] as number) >> (2 * (sample & 3))) & 3;
    buffer.bytes[buffer.at++] = pairs[2 * code] as number;
    buffer.bytes[buffer.at++] = pairs[2 * code + 1] as number;
    rows.endCell();
  }
}
