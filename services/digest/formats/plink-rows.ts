import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { createRowBuilder, type RowBuilder } from "./row-builder.ts";
import { readEachLine, type Line, type RowContext, type RowReader } from "./row-reader.ts";

/**
 * PLINK's two forms of a data set, as rows of two-letter calls. Source: the file formats of the PLINK 1.9 manual.
 *
 * - `.ped` with `.map`: samples in rows. Above them stand the chromosomes, the positions and the names of the markers; left of
 *   the calls the six columns of the file.
 * - `.bed` with `.bim` and `.fam`: markers in rows. Left of the calls stand the six columns of the `.bim`; above them the family
 *   and the name of each sample.
 */

export const PED_COLUMNS = ["FID", "IID", "PAT", "MAT", "SEX", "PHENO"] as const;
export const BIM_COLUMNS = ["chromosome", "marker", "cM", "position", "A1", "A2"] as const;

const [TAB, SPACE, HASH, N] = [9, 32, 35, 78];

/** PLINK's codes of an allele as GOBii's letter; 0 where there is none. */
const LETTERS = new Uint8Array(256);
for (const [codes, letter] of [
  ["Aa1", "A"],
  ["Cc2", "C"],
  ["Gg3", "G"],
  ["Tt4", "T"],
  ["Nn0", "N"],
  ["Ii+", "+"],
  ["Dd-", "-"],
] as const) {
  for (const code of Buffer.from(codes)) LETTERS[code] = letter.charCodeAt(0);
}

/** The file beside it that ends otherwise, plain or compressed; null where there is none. */
export function companionOf(path: string, extension: string): string | null {
  const stem = path.replace(/\.(ped|bed)(\.gz)?$/i, "");
  return (
    [`${stem}.${extension}`, `${stem}.${extension}.gz`].find((file) => existsSync(file)) ?? null
  );
}

/** Reads the lines of a companion, each as its fields. Throws and returns as a `RowReader`. */
async function readCompanion(
  path: string,
  context: RowContext,
  onFields: (fields: string[], line: number) => void,
): ReturnType<RowReader> {
  const file = { path, name: basename(path), size: 0 };
  return readEachLine(file, { pace: context.pace, onBytes: () => {} }, (line) => {
    const text = line.bytes.toString("utf8", line.from, line.to).trim();
    if (text !== "" && !text.startsWith("#")) onFields(text.split(/\s+/), line.number);
  });
}

function absentCompanion(path: string, extension: string) {
  return {
    message: `There is no .${extension} file beside it; expected one of the same name`,
    file: path,
    line: null,
    column: null,
  };
}

interface Marker {
  readonly chromosome: string;
  readonly name: string;
  readonly position: string;
}

export const readPed: RowReader = async (file, context) => {
  const mapPath = companionOf(file.path, "map");
  if (mapPath === null) return absentCompanion(file.path, "map");
  const markers: Marker[] = [];
  const mapFault = await readCompanion(mapPath, context, (fields, line) => {
    const [chromosome = "", name = ""] = fields;
    if (fields.length === 3 || fields.length === 4) {
      markers.push({ chromosome, name, position: fields.at(-1) ?? "" });
      return;
    }
    context.problems.report(
      "map line",
      { file: mapPath, line, column: null },
      () =>
        `The line has ${fields.length} fields; expected chromosome, marker, centimorgans and position`,
    );
  });
  if (mapFault !== null) return mapFault;

  const rows = createRowBuilder(context.delimiter.byte, context.onBlock);
  const left = PED_COLUMNS.map(() => "");
  putHeader(rows, [...left.slice(1), "chromosome"], markers, (marker) => marker.chromosome);
  putHeader(rows, [...left.slice(1), "position"], markers, (marker) => marker.position);
  putHeader(rows, PED_COLUMNS, markers, (marker) => marker.name);
  const fault = await readEachLine(file, context, (line) => {
    putPedRow(line, markers.length, rows, file.path, mapPath, context);
  });
  if (fault === null) rows.flush();
  return fault;
};

function putHeader(
  rows: RowBuilder,
  left: readonly string[],
  markers: readonly Marker[],
  cellOf: (marker: Marker) => string,
): void {
  for (const cell of [...left, ...markers.map(cellOf)]) {
    rows.text(cell);
    rows.endCell();
  }
  rows.endRow(null);
}

const isSpace = (byte: number): boolean => byte === SPACE || byte === TAB;

/** Copies the six fields, and makes one cell of the two alleles of each marker. */
function putPedRow(
  line: Line,
  markers: number,
  rows: RowBuilder,
  path: string,
  mapPath: string,
  context: RowContext,
): void {
  const { bytes, to } = line;
  let at = line.from;
  while (at < to && isSpace(bytes[at] as number)) at++;
  if (at === to || bytes[at] === HASH) return;
  const fields = countFields(bytes, at, to) - PED_COLUMNS.length;
  // The compound form has one field of two letters for each marker.
  const isCompound = fields === markers && firstAlleleWidth(bytes, at, to) === 2;
  const perMarker = isCompound ? 1 : 2;
  if (fields !== perMarker * markers) {
    context.problems.report(
      "ped line",
      { file: path, line: line.number, column: null },
      () =>
        `The line has ${fields + PED_COLUMNS.length} fields; expected ${PED_COLUMNS.length + 2 * markers}, ` +
        `two for each of the ${markers} markers of ${basename(mapPath)}`,
    );
    return;
  }
  let end = at;
  for (let field = 0; field < PED_COLUMNS.length; field++) {
    end = fieldEnd(bytes, at, to);
    rows.copy(bytes, at, end);
    rows.endCell();
    at = nextField(bytes, end, to);
  }
  const { buffer } = rows;
  buffer.room(3 * markers);
  for (let field = 0; field < fields; field++) {
    end = fieldEnd(bytes, at, to);
    const width = end - at;
    const isKnown = width === 2 / perMarker && areLetters(bytes, at, end);
    if (!isKnown)
      reportAllele(
        bytes.toString("utf8", at, end),
        path,
        line.number,
        PED_COLUMNS.length + field + 1,
        context,
      );
    for (let k = 0; k < 2 / perMarker; k++) {
      buffer.bytes[buffer.at++] = isKnown ? (LETTERS[bytes[at + k] as number] as number) : N;
    }
    if (perMarker === 1 || field % 2 === 1) rows.endCell();
    at = nextField(bytes, end, to);
  }
  const { number } = line;
  const first = PED_COLUMNS.length;
  rows.endRow((column) => ({
    line: number,
    column: column < first ? column + 1 : first + (column - first) * perMarker + 1,
  }));
}

function areLetters(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (LETTERS[bytes[at] as number] === 0) return false;
  return true;
}

function reportAllele(
  text: string,
  path: string,
  line: number,
  column: number,
  context: RowContext,
): void {
  context.problems.report(
    "ped allele",
    { file: path, line, column },
    () =>
      `The allele is ${JSON.stringify(text.slice(0, 100))}; expected A, C, G, T, 1 to 4, I, D or 0`,
  );
}

function countFields(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; count++) at = nextField(bytes, fieldEnd(bytes, at, to), to);
  return count;
}

function firstAlleleWidth(bytes: Buffer, from: number, to: number): number {
  let at = from;
  for (let field = 0; field < PED_COLUMNS.length; field++) {
    at = nextField(bytes, fieldEnd(bytes, at, to), to);
  }
  return fieldEnd(bytes, at, to) - at;
}

function fieldEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && !isSpace(bytes[at] as number)) at++;
  return at;
}

function nextField(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isSpace(bytes[at] as number)) at++;
  return at;
}

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
  const famFault = await readCompanion(famPath, context, (fields, line) => {
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
  for (const [left, k] of [
    [["", "", "", "", "", "FID"], 0],
    [BIM_COLUMNS, 1],
  ] as const) {
    for (const cell of [...left, ...samples.map((fields) => fields[k] ?? "")]) {
      rows.text(cell);
      rows.endCell();
    }
    rows.endRow(null);
  }

  const bytesPerMarker = Math.ceil(samples.length / 4);
  const calls = createPieces(descriptor, 3, bytesPerMarker, context);
  let markers = 0;
  let isShort = false;
  const bim = { path: bimPath, name: basename(bimPath), size: 0, limit: file.limit };
  const bimFault = await readEachLine(bim, { pace: context.pace, onBytes: () => {} }, (line) => {
    const text = line.bytes.toString("utf8", line.from, line.to).trim();
    if (text === "" || isShort) return;
    const fields = text.split(/\s+/);
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
    const pairs = pairsOf(fields[4] ?? "", fields[5] ?? "", bimPath, line.number, context);
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
        (isShort ? `it ends after marker ${markers}` : `${markers} markers need ${expected}`),
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
  a1: string,
  a2: string,
  path: string,
  line: number,
  context: RowContext,
): Uint8Array {
  const [one, two] = [a1, a2].map((allele) =>
    allele.length === 1 ? (LETTERS[allele.charCodeAt(0)] ?? 0) : 0,
  );
  if (one === 0 || two === 0 || one === undefined || two === undefined) {
    context.warnings.report(
      "bim alleles",
      { file: path, line, column: one === 0 ? 5 : 6 },
      () =>
        `The alleles are ${a1.slice(0, 50)} and ${a2.slice(0, 50)}, which two letters cannot tell; the calls of this marker are NN`,
    );
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
