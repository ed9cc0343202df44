import { TAB, cellEnd, type MatrixRow } from "../matrix/matrix-rule.ts";
import moduleBase64 from "./kernels.as.wasm";

/** Tables of 256 bytes: the two letters of a call by the byte that stands for it, 0 for a call that is not known. */
interface Letters {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/** What becomes of a cell that is not regular, `row.bytes[from, to)`: writes its two letters at `at`. */
type IrregularCell = (from: number, to: number, cell: number, output: Buffer, at: number) => void;

/**
 * Converts the calls of a row to two letters and a TAB each, counting those that are regular.
 *
 * @returns the new end of the output.
 */
type RowLoop = (
  row: MatrixRow,
  output: Buffer,
  begin: number,
  counts: { missing: number; heterozygous: number },
  irregular: IrregularCell,
) => number;

/**
 * The hot loops as WebAssembly, with one memory. Rows and outputs may lie anywhere, but where they lie in `lines` and in
 * `output`, nothing need be copied.
 */
export interface Kernels {
  /** For lines that are read, of a file at a time. */
  readonly lines: Buffer;
  /** For what is written. */
  readonly output: Buffer;
  /** Calls of one byte. */
  createPairLoop(letters: Letters): RowLoop;
  /**
   * Genotypes: `letterOf` has the letter of each allele by the byte that names it, and may change from row to row. The
   * delimiter must be none of `/`, `|` and `:`.
   */
  createGenotypeLoop(letterOf: Uint8Array): RowLoop;
  /** Calls of two bytes, each of which `letterOf` has a letter for. */
  createTwoLetterLoop(letterOf: Uint8Array): RowLoop;
  /** Counts the letters of converted calls. */
  createPairCounter(): PairCounter;
  /** For tiles of so many bytes. */
  createTransposer(tileBytes: number): Transposer;
}

/** Transposes cells of two bytes and one behind them: rows are put into `input`, columns taken from `output`. */
interface Transposer {
  readonly input: Buffer;
  readonly output: Buffer;
  readonly transpose: (height: number, width: number) => void;
}

/** Counts converted calls of the letters A, C, G, T, +, - and N, two each. There is one at a time. */
export interface PairCounter {
  /** Of each sample, see `call-states.ts`; all 0 at first. There cannot be more samples than these. */
  readonly states: Uint32Array;
  /**
   * What was counted since it was last set to 0: calls that are missing, half missing and heterozygous; then how often each
   * letter stands in a call; then how many calls are twice that letter.
   */
  readonly counts: Uint32Array;
  /** Counts the calls `bytes[from, to)`, each with a byte behind it, of the samples from `first` on. */
  count(bytes: Uint8Array, from: number, to: number, first: number): void;
}

/** Shorter rows, in bytes, are converted sooner than they are handed over. */
export const SHORTEST_FOR_KERNEL = 128;

/** Rows are converted in pieces of at most so many bytes, which stay in the cache. */
const PIECE_BYTES = 1 << 16;
/** Where the loops find what: see `memory.as.ts`. */
const RIGHT = 256;
const LEFT_OF_LETTER = 512;
const RIGHT_OF_LETTER = 544;
const STOPPED_AT = 576 / 4;
const TABLES = 1024;
/** Where cells begin: 4 bytes for each that a piece of 4 KiB may have, and a few more. */
const CELLS_BYTES = 17 << 10;
const INPUT = TABLES + CELLS_BYTES;
const OUTPUT = INPUT + PIECE_BYTES + 128;
const LINES = OUTPUT + 4 * PIECE_BYTES;
/** Only what is used takes up memory. Longer lines lie elsewhere. */
const LINES_BYTES = 4 << 20;
const ROWS = LINES + LINES_BYTES + 64;
const ROWS_BYTES = 8 << 20;
const STATES = ROWS + ROWS_BYTES + 64;
const MOST_SAMPLES = 1 << 20;
const CALL_COUNTS = 624;
const PAGE_BYTES = 65536;
const ROW_PAGES = Math.ceil((STATES + 4 * MOST_SAMPLES) / PAGE_BYTES);

const COLON = 58;
const GENOTYPE_SEPARATORS = Buffer.from("/|", "latin1");

type Loop = (from: number, to: number, delimiter: number, output: number) => number;
type Transpose = (input: number, output: number, height: number, width: number) => void;

/** Null where WebAssembly or its SIMD instructions are missing. */
export function loadKernels(): Kernels | null {
  if (typeof WebAssembly === "undefined") return null;
  const code = Buffer.from(moduleBase64, "base64");
  if (!WebAssembly.validate(code)) return null;
  const module = new WebAssembly.Module(code);
  const instantiate = (pages: number) => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { memory: Buffer.from(memory.buffer), exports };
  };
  const { memory, exports } = instantiate(ROW_PAGES);
  /** @param prepare sets the tables for a row of the given delimiter. */
  const rowLoop = (
    name: "pairs" | "genotypes" | "twoLetters",
    prepare: (delimiter: number) => void,
  ): RowLoop => createRowLoop(memory, exports[name] as Loop, prepare);
  return {
    lines: memory.subarray(LINES, LINES + LINES_BYTES),
    output: memory.subarray(ROWS, ROWS + ROWS_BYTES),
    createPairLoop({ left, right }) {
      const letters = sameInBothCases(left, right);
      return rowLoop("pairs", () => {
        memory.set(left, 0);
        memory.set(right, RIGHT);
        memory.set(letters.left, LEFT_OF_LETTER);
        memory.set(letters.right, RIGHT_OF_LETTER);
      });
    },
    createGenotypeLoop(letterOf) {
      const around = new Uint8Array(256);
      return rowLoop("genotypes", (delimiter) => {
        around.fill(0);
        for (const between of GENOTYPE_SEPARATORS) around[between] = 1;
        for (const behind of [COLON, delimiter]) around[behind] = 2;
        memory.set(letterOf, 0);
        memory.set(around, RIGHT);
      });
    },
    createTwoLetterLoop(letterOf) {
      // Only those that stand for themselves: the others are looked up one by one. What stands in the place of one of
      // these is no byte that is looked for there.
      const letters = Uint8Array.from({ length: 32 }, (_, k) =>
        letterOf[64 + k] === 64 + k ? 64 + k : k ^ 1,
      );
      return rowLoop("twoLetters", () => {
        memory.set(letterOf, 0);
        memory.set(letters, LEFT_OF_LETTER);
      });
    },
    createPairCounter() {
      const countPairs = exports["countPairs"] as (
        from: number,
        to: number,
        states: number,
      ) => void;
      const states = new Uint32Array(memory.buffer, STATES, MOST_SAMPLES);
      const counts = new Uint32Array(memory.buffer, CALL_COUNTS, 15);
      // Whole calls.
      const pieceBytes = 3 * Math.floor(PIECE_BYTES / 3);
      return {
        states,
        counts,
        count(bytes, from, to, first) {
          if (bytes.buffer === memory.buffer) {
            const offset = bytes.byteOffset;
            countPairs(offset + from, offset + to, STATES + 4 * first);
            return;
          }
          for (let at = from; at < to; at += pieceBytes) {
            const piece = bytes.subarray(at, Math.min(to, at + pieceBytes));
            memory.set(piece, INPUT);
            countPairs(INPUT, INPUT + piece.length, STATES + 4 * (first + (at - from) / 3));
          }
        },
      };
    },
    createTransposer(tileBytes) {
      const pages = Math.ceil((TABLES + 2 * tileBytes) / PAGE_BYTES);
      const tiles = instantiate(pages);
      const transpose = tiles.exports["transpose"] as Transpose;
      return {
        input: tiles.memory.subarray(TABLES, TABLES + tileBytes),
        output: tiles.memory.subarray(TABLES + tileBytes, TABLES + 2 * tileBytes),
        transpose: (height, width) => transpose(TABLES, TABLES + tileBytes, height, width),
      };
    },
  };
}

/** The letters of calls that are letters and mean the same in both cases, by the last five bits. */
function sameInBothCases(left: Uint8Array, right: Uint8Array): Letters {
  const isSame = (k: number): boolean =>
    left[64 + k] === left[96 + k] && right[64 + k] === right[96 + k];
  const pick = (table: Uint8Array) =>
    Uint8Array.from({ length: 32 }, (_, k) => (isSame(k) ? (table[64 + k] ?? 0) : 0));
  return { left: pick(left), right: pick(right) };
}

function createRowLoop(memory: Buffer, loop: Loop, prepare: (delimiter: number) => void): RowLoop {
  const told = new Int32Array(memory.buffer, 0, STOPPED_AT + 3);

  /**
   * Converts `bytes[from, to)`, whole cells of a row, which lie in the memory from `input` on, to its `output`.
   *
   * @param first the number of the first cell
   * @returns the end of the output.
   */
  const convert = (
    bytes: Buffer,
    [from, to]: readonly [number, number],
    delimiter: number,
    [input, output, first]: readonly [number, number, number],
    counts: Parameters<RowLoop>[3],
    irregular: IrregularCell,
  ): number => {
    const end = input + to - from;
    const behind = memory[end] ?? 0;
    memory[end] = delimiter;
    let out = output;
    for (let at = input; at <= end;) {
      out = loop(at, end, delimiter, out);
      const stopped = told[STOPPED_AT] ?? 0;
      counts.missing += told[STOPPED_AT + 1] ?? 0;
      counts.heterozygous += told[STOPPED_AT + 2] ?? 0;
      if (stopped > end) break;
      const cellFrom = from + stopped - input;
      const cellTo = cellEnd(bytes, cellFrom, delimiter);
      irregular(cellFrom, cellTo, first + (out - output) / 3, memory, out);
      memory[out + 2] = TAB;
      out += 3;
      at = input + cellTo - from + 1;
    }
    memory[end] = behind;
    return out;
  };

  return (row, output, begin, counts, irregular) => {
    const { bytes, delimiter } = row;
    prepare(delimiter);
    if (bytes.buffer === memory.buffer && output.buffer === memory.buffer) {
      const input = bytes.byteOffset + row.from;
      const out = output.byteOffset + begin;
      const place = [input, out, 0] as const;
      return begin + convert(bytes, [row.from, row.to], delimiter, place, counts, irregular) - out;
    }
    let at = begin;
    for (let from = row.from; from <= row.to;) {
      const to = endOfPiece(row, from);
      const first = (at - begin) / 3;
      if (to - from <= PIECE_BYTES) {
        memory.set(bytes.subarray(from, to), INPUT);
        const place = [INPUT, OUTPUT, first] as const;
        const out = convert(bytes, [from, to], delimiter, place, counts, irregular);
        output.set(memory.subarray(OUTPUT, out), at);
        at += out - OUTPUT;
      } else {
        // A cell that is longer than a piece is not regular.
        irregular(from, to, first, output, at);
        output[at + 2] = TAB;
        at += 3;
      }
      from = to + 1;
    }
    return at;
  };
}

/** Where the last cell ends that fits into a piece from `from` on; where the first one ends if it does not. */
function endOfPiece({ bytes, to, delimiter }: MatrixRow, from: number): number {
  if (to - from <= PIECE_BYTES) return to;
  const end = bytes.lastIndexOf(delimiter, from + PIECE_BYTES);
  return end >= from ? end : cellEnd(bytes, from, delimiter);
}
