import type { DigestResult } from "../contract/result.ts";
import { describeProblem } from "../contract/problem-words.ts";
import { say } from "./output.ts";

/** Warnings, then errors, and how many more there are than are told. */
export function sayProblems({
  warnings,
  errors,
  errorCount,
}: Pick<DigestResult, "warnings" | "errors" | "errorCount">): void {
  for (const warning of warnings) say(`warning: ${describeProblem(warning)}`);
  for (const error of errors) say(`error: ${describeProblem(error)}`);
  const untold = errorCount - errors.length;
  if (untold > 0) say(`error: and ${untold} more`);
}
