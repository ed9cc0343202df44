import { createByteBuffer, put, putByte, type ByteBuffer } from "../output/byte-sink.ts";
import type { CellPlace, LineBlock } from "../source/line-block.ts";

/** Where the cells of a row came from; columns from 0. */
type RowPlace = (column: number) => CellPlace;

/** Gathers rows of cells into blocks. Cells are put as text or written to `buffer`, each ended by `endCell`. */
export interface RowBuilder {
  readonly buffer: ByteBuffer;
  text(cell: string): void;
  copy(bytes: Uint8Array, from: number, to: number): void;
  endCell(): void;
  endRow(place: RowPlace): void;
  /** A whole row that is made up, and so has no place in the file. */
  header(cells: readonly string[]): void;
  /** Hands on what is left. */
  flush(): void;
}

const BLOCK_BYTES = 1 << 19;
const LF = 10;

export function createRowBuilder(
  delimiter: number,
  onBlock: (block: LineBlock) => void,
): RowBuilder {
  const buffer = createByteBuffer(Buffer.allocUnsafe(BLOCK_BYTES + (BLOCK_BYTES >> 2)));
  let starts: number[] = [0];
  let places: (RowPlace | null)[] = [];
  let firstRow = 0;

  const endRow = (place: RowPlace | null): void => {
    // The last cell's delimiter becomes the end of the line.
    buffer.bytes[buffer.at - 1] = LF;
    starts.push(buffer.at);
    places.push(place);
    if (buffer.at >= BLOCK_BYTES) builder.flush();
  };

  const builder: RowBuilder = {
    buffer,
    text(cell) {
      const bytes = Buffer.from(cell);
      put(buffer, bytes, 0, bytes.length);
    },
    copy: (bytes, from, to) => put(buffer, bytes, from, to),
    endCell: () => putByte(buffer, delimiter),
    endRow,
    header(cells) {
      for (const cell of cells) {
        builder.text(cell);
        builder.endCell();
      }
      endRow(null);
    },
    flush() {
      const count = places.length;
      if (count === 0) return;
      const [blockRow, blockPlaces] = [firstRow, places];
      firstRow += count;
      places = [];
      const block: LineBlock = {
        bytes: buffer.bytes,
        starts: Int32Array.from(starts),
        count,
        firstRow: blockRow,
        locate: (row, column) =>
          blockPlaces[row]?.(column) ?? { line: blockRow + row + 1, column: column + 1 },
      };
      starts = [0];
      buffer.at = 0;
      onBlock(block);
    },
  };
  return builder;
}
