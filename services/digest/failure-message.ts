import type { GobiiStatus } from "../contract/gobii-terms.ts";
import { describeProblem } from "../contract/problem-words.ts";
import type { DigestProblem } from "../contract/result.ts";

/** A step of the digest as GOBii names it, e.g. validation, "Beginning Validation". */
export interface Phase {
  readonly gobiiStatus: GobiiStatus;
  readonly message: string;
}

/** What the claim of a job reports, before the digest's own first phase. */
export const FIRST_PHASE: Phase = { gobiiStatus: "in_progress", message: "Beginning Digest" };

/**
 * The text of a failed job, for GOBii's clients: the last phase that was entered and the first thing that went wrong, in the
 * reference's words before ours.
 */
export function failureMessage(
  lastPhase: Phase | null,
  firstError: DigestProblem | undefined,
): string {
  const { gobiiStatus, message } = lastPhase ?? FIRST_PHASE;
  return `Status: ${gobiiStatus} - ${message} | \nUnsuccessfully Generated Files - No Data Upload : ${causeWords(firstError)}`;
}

function causeWords(error: DigestProblem | undefined): string {
  if (error === undefined) return "Unknown error";
  if (error.plain !== undefined) return `${error.message} | ${describeProblem(error)}`;
  const { file, line, column } = error;
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return place === "" ? error.message : `${error.message} [${place}]`;
}
