import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { coerceError } from "../../contract/errors.ts";
import type { DigestSettings, Encoding } from "../../contract/digest-settings.ts";
import { createCellReader, type CellReader } from "../matrix/crop-codes.ts";
import { createDecoder } from "../source/decoding.ts";
import { openChunks } from "../source/file-chunks.ts";
import { guessDelimiter, splitCells, type DelimiterGuess } from "./delimiter-guess.ts";

/** What is read of a file to find out what it is: enough lines, and never more than so many bytes of text. */
const FEW_LINES = 40;
const MIN_BYTES = 1 << 18;
const MAX_BYTES = 8 << 20;
/** Lines below the comments at the top, and cells of each line, that are looked at. */
const MOST_LINES = 200;
const MOST_CELLS = 200;

/** The beginning of a file. All that recognising a format needs, and all that it may look at. */
export interface Head {
  readonly path: string;
  readonly name: string;
  /** On disk. */
  readonly size: number;
  readonly bytes: Buffer;
  /** Bytes of text for each byte on disk. */
  readonly inflation: number;
  /** Whether `bytes` is the whole file. */
  readonly isWhole: boolean;
  readonly compression: { readonly value: "gzip" | "bgzf" | null; readonly evidence: string };
  readonly encoding: {
    readonly value: "UTF-8" | "UTF-16" | "ISO-8859-1" | "binary";
    readonly evidence: string;
  };
  readonly lineEnds: { readonly value: "LF" | "CRLF" | "CR" | null; readonly evidence: string };
  /** Whole lines in `bytes`; the last one may lack its end where the file ends with it. */
  readonly lineCount: number;
  readonly lines: readonly string[];
  readonly delimiter: DelimiterGuess;
  /** The cells of `lines`, at most 200 of each. */
  readonly rows: readonly (readonly string[])[];
  /** How many cells each line has in truth. */
  readonly widths: readonly number[];
  /** What the crop's codes make of a cell of a matrix. */
  readonly readCell: CellReader;
  /** Why the file cannot be read to its end, as far as was tried; null where nothing was wrong. */
  readonly problem: string | null;
}

/**
 * @param settings those of the crop, by which the file would be digested.
 * @throws a system error where the file cannot be read.
 */
export async function readHead(path: string, settings: DigestSettings): Promise<Head> {
  const { size } = statSync(path);
  const chunks: Buffer[] = [];
  let [length, lines] = [0, 0];
  let isWhole = true;
  let problem: string | null = null;
  try {
    for await (const chunk of openChunks(path, MIN_BYTES, () => {})) {
      if (
        length >= MAX_BYTES ||
        (length >= MIN_BYTES && lines >= FEW_LINES && !endsInComment(chunks))
      ) {
        isWhole = false;
        break;
      }
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      lines += countLineEnds(chunk);
    }
  } catch (thrown) {
    const error: NodeJS.ErrnoException = coerceError(thrown);
    if (!(error.code ?? "").startsWith("Z_")) throw error;
    problem = `The gzip file is damaged or cut short: ${error.message}`;
  }
  const [bytes, start] = [Buffer.concat(chunks), readStart(path)];
  return describe(path, settings, {
    size,
    bytes,
    inflation: isWhole ? bytes.length / Math.max(1, size) : inflationOf(start),
    isWhole,
    problem,
    start,
  });
}

/** As a VCF has them, one for each sequence that its reference is made of, which may be very many. */
const isComment = (line: string): boolean => line.startsWith("##");

/** Whether the last whole line is a comment. */
function endsInComment(chunks: readonly Buffer[]): boolean {
  const bytes = chunks.at(-1) ?? Buffer.alloc(0);
  const end = bytes.lastIndexOf(10);
  const begin = end <= 0 ? -1 : bytes.lastIndexOf(10, end - 1);
  return end > 0 && bytes[begin + 1] === HASH && bytes[begin + 2] === HASH;
}

const HASH = 35;

function countLineEnds(bytes: Buffer): number {
  let [lf, cr] = [0, 0];
  for (const byte of bytes) {
    if (byte === 10) lf++;
    else if (byte === 13) cr++;
  }
  return Math.max(lf, cr);
}

const START_BYTES = 1 << 16;

/** By the first 64 KiB: the stream reads ahead of what it has given out. */
function inflationOf(start: Buffer): number {
  if (start[0] !== 0x1f || start[1] !== 0x8b) return 1;
  const most = 16 << 20;
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: most };
    return gunzipSync(start, options).length / start.length;
  } catch {
    // It is packed more tightly than anything that was measured, or damaged, which is told elsewhere.
    return most / start.length;
  }
}

function readStart(path: string): Buffer {
  const start = Buffer.alloc(START_BYTES);
  const descriptor = openSync(path, "r");
  try {
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

interface RawHead {
  readonly size: number;
  readonly bytes: Buffer;
  readonly inflation: number;
  readonly isWhole: boolean;
  readonly problem: string | null;
  /** The first bytes on disk. */
  readonly start: Buffer;
}

function describe(path: string, settings: DigestSettings, { start, ...raw }: RawHead): Head {
  const declared = settings.encoding ?? "auto";
  const encoding = encodingOf(raw.bytes, raw.isWhole, declared);
  const isText = encoding.value !== "binary";
  const text = isText ? textOf(raw.bytes, declared).replace(/^\uFEFF/, "") : "";
  const whole = text.split(/\r\n|\n|\r/);
  // The last piece is no whole line, or nothing at all.
  if (!raw.isWhole || whole.at(-1) === "") whole.pop();
  const comments = whole.findIndex((line) => !isComment(line));
  const lines = whole.slice(0, Math.max(0, comments) + MOST_LINES);
  const delimiter = guessDelimiter(lines, settings.quotes === true);
  const rows: string[][] = [];
  const widths: number[] = [];
  for (const line of lines) {
    const { cells, count } = splitCells(line, delimiter, MOST_CELLS);
    rows.push(cells);
    widths.push(count);
  }
  return {
    path,
    name: basename(path),
    ...raw,
    compression: compressionOf(start),
    encoding,
    lineEnds: lineEndsOf(text),
    lineCount: whole.length,
    lines,
    delimiter,
    rows,
    widths,
    readCell: createCellReader(settings),
  };
}

/** BGZF: gzip members that name their size in an extra field "BC". Source: SAM specification, section 4.1. */
function compressionOf(start: Buffer): Head["compression"] {
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    return { value: null, evidence: "The file does not begin as a gzip file does." };
  }
  const hasExtra = ((start[3] ?? 0) & 4) !== 0;
  return hasExtra && start[12] === 0x42 && start[13] === 0x43
    ? { value: "bgzf", evidence: "It is gzip in blocks, as bgzip writes it." }
    : { value: "gzip", evidence: "The file begins with the bytes 1f 8b." };
}

/** What files begin with that are often taken for text. */
const KNOWN_STARTS: readonly (readonly [string, string])[] = [
  ["PK\x03\x04", "a spreadsheet or another zip archive; save it as text"],
  ["\xd0\xcf\x11\xe0", "an old Excel spreadsheet; save it as text"],
  ["\x89HDF", "an HDF5 file"],
  ["%PDF", "a PDF"],
  ["\x89PNG", "a picture, PNG"],
  ["\xff\xd8\xff", "a picture, JPEG"],
  ["BCF\x02", "a BCF; make a VCF of it"],
  ["\x6c\x1b\x01", "a PLINK .bed"],
  ["\x1f\x8b\x08", "another gzip file within the first; unpack it once"],
  ["BZh", "a bzip2 file; unpack it, or pack it with gzip"],
  ["\xfd7zXZ", "an xz file; unpack it, or pack it with gzip"],
  ["\x28\xb5\x2f\xfd", "a Zstandard file; unpack it, or pack it with gzip"],
];

/** As the digest reads it. */
function textOf(bytes: Buffer, declared: Encoding): string {
  const decoder = createDecoder(declared);
  const begin = decoder.push(bytes).bytes;
  return Buffer.concat([begin, decoder.end().bytes]).toString("utf8");
}

function encodingOf(bytes: Buffer, isWhole: boolean, declared: Encoding): Head["encoding"] {
  const begin = bytes.toString("latin1", 0, 8);
  const known = KNOWN_STARTS.find(([start]) => begin.startsWith(start));
  if (known !== undefined) {
    return { value: "binary", evidence: `It begins as ${known[1]}.` };
  }
  if (bytes.length >= 2 && [0xfeff, 0xfffe].includes(bytes.readUInt16BE(0))) {
    return { value: "UTF-16", evidence: "It begins with the byte order mark of UTF-16." };
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    return { value: "binary", evidence: `There is a NUL byte at ${nul}; it is no text.` };
  }
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (declared === "latin1" && !hasMark) {
    return { value: "ISO-8859-1", evidence: "The files of the crop are set to be Latin-1." };
  }
  // The piece may end in the middle of a character.
  const end = isWhole ? bytes.length : Math.max(0, bytes.lastIndexOf(10), bytes.lastIndexOf(13));
  if (isUtf8(bytes.subarray(0, end))) {
    return {
      value: "UTF-8",
      evidence: hasMark ? "It begins with a byte order mark." : "All that was read is UTF-8.",
    };
  }
  return {
    value: "ISO-8859-1",
    evidence:
      declared === "utf8"
        ? "Some bytes are not UTF-8, which the files of the crop are set to be: a load would fail."
        : "Some bytes are not UTF-8; they are read as Latin-1.",
  };
}

function lineEndsOf(text: string): Head["lineEnds"] {
  const first = /\r\n|\n|\r/.exec(text)?.[0];
  switch (first) {
    case undefined:
      return { value: null, evidence: "There is no end of a line." };
    case "\n":
      return { value: "LF", evidence: "The first line ends with LF." };
    case "\r\n":
      return { value: "CRLF", evidence: "The first line ends with CR LF, as on Windows." };
    default:
      return { value: "CR", evidence: "The first line ends with CR, as on an old Macintosh." };
  }
}
