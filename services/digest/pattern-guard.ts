import type { DigestProblem } from "../contract/result.ts";
import type { TablePlan } from "./plan.ts";
import type { Delimiter } from "./source/delimiter.ts";
import type { LineBlock } from "./source/line-block.ts";
import { createTimeBox, type PatternWatch } from "./source/pattern-watch.ts";
import type { TableReader } from "./tables/table-reader.ts";

/** The work that an expression made endless; what it leaves is not to be used any more. */
export class EndlessPattern extends Error {
  readonly problem: DigestProblem;

  constructor(problem: DigestProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

export interface PatternGuard {
  /**
   * Does what is to be done with a block of lines, or at the end of a file.
   *
   * @throws EndlessPattern where a match takes longer than the block may; an error that may pass where something else does.
   */
  run(file: string, block: LineBlock | null, work: () => void): void;
  /** The same delimiter, with its time bounded; throws as `run`. */
  delimiter(file: string, delimiter: Delimiter): Delimiter;
}

/**
 * Bounds the time of the expressions that an instruction brings, as delimiters and as `findText`. Where it brings none that
 * is matched by an engine, nothing is bounded and nothing is spent.
 *
 * @param budgetMs for each block of lines, which takes some 50 ms where all is well.
 */
export function createPatternGuard(
  plans: readonly TablePlan[],
  readers: readonly TableReader[],
  watch: PatternWatch,
  budgetMs: number,
): PatternGuard {
  if (!plans.some(hasPattern)) {
    return { run: (_file, _block, work) => work(), delimiter: (_file, delimiter) => delimiter };
  }
  const within = createTimeBox();
  const cellDelimiter = plans[0]?.delimiter.byte;

  const locate = (block: LineBlock | null): { line: number | null; column: number | null } => {
    const { bytes, from } = watch;
    for (const reader of readers) {
      const kept = reader.locate?.(bytes, from) ?? null;
      if (kept !== null) return kept;
    }
    if (block === null) return { line: null, column: null };
    let k = 0;
    while (k + 1 < block.count && (block.starts[k + 1] ?? 0) <= from) k++;
    const line = block.firstRow + k + 1;
    if (bytes !== block.bytes || cellDelimiter === undefined) return { line, column: null };
    let column = 1;
    for (let at = block.starts[k] ?? 0; at < from; at++) if (bytes[at] === cellDelimiter) column++;
    return { line, column };
  };

  const guard: PatternGuard = {
    run(file, block, work) {
      // A line may be longer than a block is otherwise.
      const bytes = block === null ? 0 : (block.starts[block.count] ?? 0);
      if (within(budgetMs * Math.max(1, Math.ceil(bytes / (4 << 20))), work)) return;
      const { pattern } = watch;
      if (pattern === null) {
        const message = `Nothing was read from ${file} for ${budgetMs / 1000} s`;
        throw Object.assign(new Error(message), { code: "ETIMEDOUT" });
      }
      const text = watch.bytes.toString("utf8", watch.from, endOfText(watch)).slice(0, 60);
      const message =
        `The regular expression ${JSON.stringify(pattern)} did not come to an end in ${budgetMs / 1000} s; ` +
        `the text begins with ${JSON.stringify(text)}; expected an expression that does not try the same characters in ` +
        "many ways, as (a+)+ does";
      throw new EndlessPattern({ message, file, ...locate(block) });
    },
    delimiter(file, delimiter) {
      const { separate } = delimiter;
      if (separate === null) return delimiter;
      return {
        ...delimiter,
        separate(block) {
          let separated = block;
          guard.run(file, block, () => {
            separated = separate(block, watch);
          });
          return separated;
        },
      };
    },
  };
  return guard;
}

function endOfText({ bytes, from }: PatternWatch): number {
  const end = bytes.indexOf("\n", from);
  return end < 0 ? bytes.length : end;
}

function hasPattern(plan: TablePlan): boolean {
  if (plan.delimiter.separate !== null) return true;
  switch (plan.kind) {
    case "matrix":
      return plan.filter?.pattern !== undefined;
    case "rows":
    case "columns":
      return plan.columns.some(
        ({ findText, replaceText }) => findText !== null && replaceText !== null,
      );
    case "empty":
      return false;
  }
}
