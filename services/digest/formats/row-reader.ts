import type { DigestProblem } from "../../contract/result.ts";
import type { Problems } from "../problems.ts";
import type { Delimiter } from "../source/delimiter.ts";
import type { LineBlock } from "../source/line-block.ts";
import { readLineBlocks, type ReadHooks } from "../source/line-blocks.ts";
import type { SourceFile } from "../source/source-files.ts";

/** What a reader of rows works with. The blocks that it hands on have their cells told apart by `delimiter.byte`. */
export interface RowContext extends ReadHooks {
  readonly delimiter: Delimiter;
  /** What is wrong with the file, where reading can go on. */
  readonly problems: Pick<Problems, "report">;
  readonly warnings: Pick<Problems, "report">;
}

/**
 * Brings one file into rows of cells, in bounded memory.
 *
 * @returns what makes the file unreadable, or null.
 * @throws a system error where it cannot be read; whatever the hooks throw.
 */
export type RowReader = (file: SourceFile, context: RowContext) => Promise<DigestProblem | null>;

/** The lines of the file, cut at the delimiter: what GOBii's own digester reads. */
export const readLines: RowReader = (file, context) => {
  const { separate } = context.delimiter;
  if (separate === null) return readLineBlocks(file, context);
  return readLineBlocks(file, {
    ...context,
    onBlock: (block) => context.onBlock(separate(block)),
  });
};

/** One of many lines, as `readEachLine` hands it on. */
export interface Line {
  readonly bytes: Buffer;
  readonly from: number;
  /** An LF stands there. */
  readonly to: number;
  /** From 1. */
  readonly number: number;
}

/** Reads a file line by line, without cutting it at a delimiter. Throws and returns as `RowReader`. */
export function readEachLine(
  file: SourceFile,
  hooks: Pick<ReadHooks, "onBytes" | "pace">,
  onLine: (line: Line) => void,
): Promise<DigestProblem | null> {
  return readLineBlocks(file, { ...hooks, onBlock: (block) => forEachLine(block, onLine) });
}

/** Hands on each line of a block, valid only during the call. */
export function forEachLine(block: LineBlock, onLine: (line: Line) => void): void {
  for (let k = 0; k < block.count; k++) {
    onLine({
      bytes: block.bytes,
      from: block.starts[k] ?? 0,
      to: (block.starts[k + 1] ?? 0) - 1,
      number: block.firstRow + k + 1,
    });
  }
}
