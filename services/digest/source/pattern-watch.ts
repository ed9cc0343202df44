import { createContext, Script } from "node:vm";

/** What is being matched just now: told when it does not come to an end. */
export interface PatternWatch {
  /** The expression; null between matches. */
  pattern: string | null;
  /** The cell, or line, that it is matched against begins at `bytes[from]`. */
  bytes: Buffer;
  from: number;
}

export function createPatternWatch(): PatternWatch {
  return { pattern: null, bytes: Buffer.alloc(0), from: 0 };
}

export type TimeBox = (ms: number, work: () => void) => boolean;

/**
 * A way to do work that may take at most so many ms, and is cut off where it stands if it takes longer, also in the midst
 * of matching a regular expression. That some expressions take time without end for a few characters cannot be seen from
 * outside, and an engine that is always linear knows neither lookahead nor back references. It costs a thread each time, so
 * it is meant for a block of lines rather than for a cell.
 *
 * @returns a function that answers whether the work came to its end, and throws what the work throws.
 */
export function createTimeBox(): TimeBox {
  const box = { work: () => {} };
  createContext(box);
  const script = new Script("work()");
  return (ms, work) => {
    box.work = work;
    try {
      script.runInContext(box, { timeout: ms });
      return true;
    } catch (thrown) {
      if (isTimeout(thrown)) return false;
      throw thrown;
    } finally {
      box.work = () => {};
    }
  };
}

/** The error is one of the box, where `instanceof` does not hold. */
function isTimeout(thrown: unknown): boolean {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "code" in thrown &&
    thrown.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
