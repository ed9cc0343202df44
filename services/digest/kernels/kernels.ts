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

/** The hot loops as WebAssembly. Each loop over rows has a memory of its own, of 320 KiB. */
export interface Kernels {
  /** Calls of one byte. */
  createPairLoop(letters: Letters): RowLoop;
  /**
   * Genotypes: `letterOf` has the letter of each allele by the byte that names it, and may change from row to row. The
   * delimiter must be none of `/`, `|` and `:`.
   */
  createGenotypeLoop(letterOf: Uint8Array): RowLoop;
  /** Calls of two bytes, each of which `letterOf` has a letter for. */
  createTwoLetterLoop(letterOf: Uint8Array): RowLoop;
  /** For tiles of so many bytes. */
  createTransposer(tileBytes: number): Transposer;
}

/** Transposes cells of two bytes and one behind them: rows are put into `input`, columns taken from `output`. */
interface Transposer {
  readonly input: Buffer;
  readonly output: Buffer;
  readonly transpose: (height: number, width: number) => void;
}

/** Shorter rows, in bytes, are converted sooner than they are handed over. */
export const SHORTEST_FOR_KERNEL = 128;

/** Rows are converted in pieces of at most so many bytes, which stay in the cache. */
const PIECE_BYTES = 1 << 16;
/** Where the loops find what: see `kernels.as.ts`. */
const RIGHT = 256;
const LEFT_OF_LETTER = 512;
const RIGHT_OF_LETTER = 544;
const STOPPED_AT = 576 / 4;
const TABLES = 1024;
/** Where cells begin: 4 bytes for each that a piece of 4 KiB may have, and a few more. */
const CELLS_BYTES = 17 << 10;
const INPUT = TABLES + CELLS_BYTES;
const OUTPUT = INPUT + PIECE_BYTES + 128;
const PAGE_BYTES = 65536;
const ROW_PAGES = Math.ceil((OUTPUT + 3 * (PIECE_BYTES + 1) + 64) / PAGE_BYTES);

const COLON = 58;
const GENOTYPE_SEPARATORS = Buffer.from("/|", "latin1");

type Loop = (from: number, to: number, delimiter: number, output: number) => number;
type Transpose = (input: number, output: number, height: number, width: number) => void;

/** Null where WebAssembly or its SIMD instructions are missing. */
export function loadKernels(): Kernels | null {
  if (typeof WebAssembly === "undefined") return null;
  const bytes = Buffer.from(moduleBase64, "base64");
  if (!WebAssembly.validate(bytes)) return null;
  const module = new WebAssembly.Module(bytes);
  const instantiate = (pages: number) => {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { memory: Buffer.from(memory.buffer), exports };
  };
  /** @param prepare sets the tables for a row of the given delimiter. */
  const rowLoop = (
    name: "pairs" | "genotypes" | "twoLetters",
    prepare: (memory: Buffer, delimiter: number) => void,
  ): RowLoop => {
    const { memory, exports } = instantiate(ROW_PAGES);
    return createRowLoop(memory, exports[name] as Loop, prepare);
  };
  return {
    createPairLoop({ left, right }) {
      const letters = sameInBothCases(left, right);
      return rowLoop("pairs", (memory) => {
        memory.set(left, 0);
        memory.set(right, RIGHT);
        memory.set(letters.left, LEFT_OF_LETTER);
        memory.set(letters.right, RIGHT_OF_LETTER);
      });
    },
    createGenotypeLoop(letterOf) {
      const around = new Uint8Array(256);
      return rowLoop("genotypes", (memory, delimiter) => {
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
      return rowLoop("twoLetters", (memory) => {
        memory.set(letterOf, 0);
        memory.set(letters, LEFT_OF_LETTER);
      });
    },
    createTransposer(tileBytes) {
      const pages = Math.ceil((TABLES + 2 * tileBytes) / PAGE_BYTES);
      const { memory, exports } = instantiate(pages);
      const transpose = exports["transpose"] as Transpose;
      return {
        input: memory.subarray(TABLES, TABLES + tileBytes),
        output: memory.subarray(TABLES + tileBytes, TABLES + 2 * tileBytes),
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

function createRowLoop(
  memory: Buffer,
  loop: Loop,
  prepare: (memory: Buffer, delimiter: number) => void,
): RowLoop {
  const told = new Int32Array(memory.buffer, 0, STOPPED_AT + 3);
  return (row, output, begin, counts, irregular) => {
    const { bytes, delimiter } = row;
    prepare(memory, delimiter);
    let at = begin;
    for (let pieceFrom = row.from; pieceFrom <= row.to;) {
      const pieceTo = endOfPiece(row, pieceFrom);
      const length = pieceTo - pieceFrom;
      let out = OUTPUT;
      if (length <= PIECE_BYTES) {
        memory.set(bytes.subarray(pieceFrom, pieceTo), INPUT);
        memory[INPUT + length] = delimiter;
      }
      for (let from = INPUT; from <= INPUT + length;) {
        // A cell that is longer than a piece is not regular.
        let stopped = from;
        if (length <= PIECE_BYTES) {
          out = loop(from, INPUT + length, delimiter, out);
          stopped = told[STOPPED_AT] ?? 0;
          counts.missing += told[STOPPED_AT + 1] ?? 0;
          counts.heterozygous += told[STOPPED_AT + 2] ?? 0;
        }
        if (stopped > INPUT + length) break;
        const cellFrom = pieceFrom + stopped - INPUT;
        const end = cellEnd(bytes, cellFrom, delimiter);
        const cell = (at - begin + out - OUTPUT) / 3;
        irregular(cellFrom, end, cell, memory, out);
        memory[out + 2] = TAB;
        out += 3;
        from = INPUT + end - pieceFrom + 1;
      }
      output.set(memory.subarray(OUTPUT, out), at);
      at += out - OUTPUT;
      pieceFrom = pieceTo + 1;
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
