import type { GobiiStatus } from "../contract/gobii-terms.ts";
import type { DigestProblem } from "../contract/result.ts";
import { describeProblem } from "./problems.ts";

/** A step of the digest as GOBii names it, e.g. validation, "Beginning Validation". */
export interface Phase {
  readonly gobiiStatus: GobiiStatus;
  readonly message: string;
}

/** What the claim of a job reports, before the digest's own first phase. */
export const FIRST_PHASE: Phase = { gobiiStatus: "in_progress", message: "Beginning Digest" };

/** The text of a failed job: the last phase that was entered and the first thing that went wrong. */
export function failureMessage(
  lastPhase: Phase | null,
  firstError: DigestProblem | undefined,
): string {
  const { gobiiStatus, message } = lastPhase ?? FIRST_PHASE;
  const cause = firstError === undefined ? "Unknown error" : describeProblem(firstError);
  return `Status: ${gobiiStatus} - ${message} | \nUnsuccessfully Generated Files - No Data Upload : ${cause}`;
}
