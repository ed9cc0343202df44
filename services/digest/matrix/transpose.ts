import { closeSync, openSync, writeSync } from "node:fs";
import type { Kernels } from "../kernels/kernels.ts";
import type { Pace } from "../pace.ts";
import { emptyCalls, type MarkerCalls } from "../quality/quality-collector.ts";
import { readAt } from "./read-at.ts";

/** A matrix file whose cells are all `width` bytes, each with one byte behind it: TAB, or LF behind the last of a row. */
export interface FixedMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
}

const TAB = 9;
const LF = 10;
const TILE_BYTES = 8 << 20;
/** Shorter pieces cost more in calls than they save in memory. */
const PIECE_BYTES = 4096;
/** Cells of a square that fits into the first-level cache, on both sides of the copy. */
const SQUARE = 32;

/**
 * Writes the transposed matrix, one tile after the other, each read and written at its final place. Memory is bounded by
 * two tiles, whatever the size of the matrix.
 *
 * @param pace awaited after each tile; may throw to stop.
 * @param kernels null: do without.
 * @param onCalls gets the calls of each row of the target, which is a marker, piece by piece; its slot is the place in the tile.
 * @throws a system error where a file cannot be read or written.
 */
export async function transposeFile(
  source: string,
  target: string,
  matrix: FixedMatrix,
  pace: Pace,
  kernels: Kernels | null,
  tileBytes = TILE_BYTES,
  onCalls: ((calls: MarkerCalls) => void) | null = null,
): Promise<void> {
  const { rows, columns } = matrix;
  const calls = emptyCalls();
  const cell = matrix.width + 1;
  const tile = tileSize(rows, columns, cell, tileBytes);
  const { input, output, transpose } = createTransposer(
    tile.rows * tile.columns * cell,
    cell,
    kernels,
  );
  const from = openSync(source, "r");
  const to = openSync(target, "wx");
  try {
    for (let column = 0; column < columns; column += tile.columns) {
      const width = Math.min(tile.columns, columns - column);
      for (let row = 0; row < rows; row += tile.rows) {
        const height = Math.min(tile.rows, rows - row);
        for (let i = 0; i < height; i++) {
          const place = ((row + i) * columns + column) * cell;
          readAt(from, input, i * width * cell, width * cell, place);
        }
        transpose(height, width);
        const isLast = row + height === rows;
        for (let j = 0; j < width; j++) {
          output[(j + 1) * height * cell - 1] = isLast ? LF : TAB;
        }
        if (onCalls !== null) {
          calls.bytes = output;
          calls.firstSample = row;
          calls.isLast = isLast;
          for (let j = 0; j < width; j++) {
            calls.marker = column + j;
            calls.slot = j;
            calls.from = j * height * cell;
            calls.to = calls.from + height * cell;
            onCalls(calls);
          }
        }
        if (height === rows) {
          writeAll(to, output, 0, width * height * cell, column * rows * cell);
        } else {
          for (let j = 0; j < width; j++) {
            const place = ((column + j) * rows + row) * cell;
            writeAll(to, output, j * height * cell, height * cell, place);
          }
        }
        await pace();
      }
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/** Whole columns where that leaves pieces of a good length on the reading side, else a square. */
export function tileSize(
  rows: number,
  columns: number,
  cell: number,
  tileBytes: number,
): { rows: number; columns: number } {
  const cells = Math.max(1, Math.floor(tileBytes / cell));
  const ofWholeColumns = Math.floor(cells / rows);
  if (ofWholeColumns >= Math.min(columns, Math.ceil(PIECE_BYTES / cell))) {
    return { rows, columns: Math.min(columns, ofWholeColumns) };
  }
  const side = Math.max(1, Math.floor(Math.sqrt(cells)));
  const width = Math.min(columns, side);
  return { rows: Math.min(rows, Math.max(1, Math.floor(cells / width))), columns: width };
}

function createTransposer(bytes: number, cell: number, kernels: Kernels | null) {
  if (kernels !== null && cell === 3) return kernels.createTransposer(bytes);
  const input = Buffer.allocUnsafe(bytes);
  const output = Buffer.allocUnsafe(bytes);
  const transpose = (height: number, width: number): void =>
    transposeTile(input, output, height, width, cell);
  return { input, output, transpose };
}

/**
 * Transposes a tile of `height` rows and `width` columns of cells of `cell` bytes. Each cell brings the byte behind it
 * along; an LF becomes a TAB.
 */
function transposeTile(
  input: Uint8Array,
  output: Uint8Array,
  height: number,
  width: number,
  cell: number,
): void {
  for (let top = 0; top < height; top += SQUARE) {
    const bottom = Math.min(height, top + SQUARE);
    for (let left = 0; left < width; left += SQUARE) {
      const right = Math.min(width, left + SQUARE);
      for (let j = left; j < right; j++) {
        let at = (j * height + top) * cell;
        for (let i = top; i < bottom; i++) {
          let place = (i * width + j) * cell;
          for (let k = cell - 1; k > 0; k--) output[at++] = input[place++] as number;
          output[at++] = TAB;
        }
      }
    }
  }
}

function writeAll(file: number, from: Buffer, at: number, length: number, place: number): void {
  for (let done = 0; done < length;) {
    done += writeSync(file, from, at + done, length - done, place + done);
  }
}
