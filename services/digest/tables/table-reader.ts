import type { LineBlock } from "../source/line-block.ts";

/** Takes the lines of a source, file by file, and makes one digest file of them. */
export interface TableReader {
  beginFile(path: string): void;
  /** The block is valid only during the call. Cells are told apart by the byte `delimiter`. */
  read(block: LineBlock, delimiter: number): void;
  endFile(): void;
  /** Line and column, 1-based, of a cell that it has kept, at `bytes[from]`; null where it is none of those. */
  locate?(bytes: Buffer, from: number): { readonly line: number; readonly column: number } | null;
  /** Called after the last file, and also when reading was given up: closes the digest file. */
  close(): void;
  /** Data rows and columns so far. */
  readonly rows: number;
  readonly columns: number;
}
