/**
 * A run of whole lines. Line k is `bytes[starts[k] … starts[k + 1] - 1)`, its LF stands at `starts[k + 1] - 1`; whatever
 * ended the line in the file, here it is one LF. Valid only until the callback that got it returns.
 */
export interface LineBlock {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly count: number;
  /** 0-based row of line 0 in its file. */
  readonly firstRow: number;
  /** Where in the file a cell came from, for rows that are not simply its lines. Row of the block, column; both from 0. */
  readonly locate?: (row: number, column: number) => CellPlace;
}

/** Line and column of a file, from 1. */
export interface CellPlace {
  readonly line: number;
  readonly column: number | null;
}
