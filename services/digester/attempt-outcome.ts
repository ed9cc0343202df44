import type { JobPatch } from "../contract/callback.ts";
import type { JobStep, SettledStatus } from "../contract/job.ts";
import type { DigestProblem, DigestResult } from "../contract/result.ts";
import { failureMessage, type Phase } from "../digest/failure-message.ts";
import { describeProblem } from "../contract/problem-words.ts";

/** What an attempt has come to, and what its last callback says. */
export type Outcome =
  | { readonly kind: "settled"; readonly status: SettledStatus; readonly patch: OutcomePatch }
  /** The job belongs to somebody else: there is nothing to say. */
  | { readonly kind: "dropped" }
  /** The service ends. */
  | { readonly kind: "handed_back"; readonly patch: OutcomePatch };

/** Whether there may be another attempt of the job that needs what this one has fetched. */
export const mayComeBack = (outcome: Outcome): boolean =>
  outcome.kind !== "settled" || outcome.patch.mayPass === true;

export type OutcomePatch = Omit<JobPatch, "digester" | "attempt" | "callback">;

/** The last callback of an attempt whose files are published. */
export function completed(result: DigestResult): OutcomePatch & { status: "completed" } {
  return {
    status: "completed",
    gobiiStatus: "completed",
    step: "completed",
    message: "Successful Data Load",
    progress: 1,
    result,
  };
}

/** Adds what concerns the whole, and no place in a file. */
export function withWarnings<T extends { readonly warnings: readonly DigestProblem[] }>(
  result: T,
  messages: readonly string[],
): T & { warnings: DigestProblem[] } {
  const warnings = messages.map((message) => ({ message, file: null, line: null, column: null }));
  return { ...result, warnings: [...result.warnings, ...warnings] };
}

/** A digest that found its input wanting, or could not go on. */
export function failedDigest(
  result: DigestResult,
  lastPhase: Phase,
  step: JobStep,
  mayPass: boolean,
): Outcome {
  const [first] = result.errors;
  const reason = first === undefined ? "Unknown error" : describeProblem(first);
  return failedOutcome(reason, first, lastPhase, step, { result, ...(mayPass ? { mayPass } : {}) });
}

/** An attempt that could not be brought to a result. */
export function failed(reason: string, lastPhase: Phase, step: JobStep, mayPass: boolean): Outcome {
  const problem = { message: reason, file: null, line: null, column: null };
  return failedOutcome(reason, problem, lastPhase, step, mayPass ? { mayPass } : {});
}

function failedOutcome(
  reason: string,
  problem: DigestProblem | undefined,
  lastPhase: Phase,
  step: JobStep,
  more: { result?: DigestResult; mayPass?: true },
): Outcome {
  const patch: OutcomePatch = {
    status: "failed",
    gobiiStatus: "failed",
    step,
    message: clip(failureMessage(lastPhase, problem)),
    reason: clip(reason),
    ...more,
  };
  return { kind: "settled", status: "failed", patch };
}

export const aborted: Outcome = {
  kind: "settled",
  status: "aborted",
  patch: {
    status: "aborted",
    gobiiStatus: "aborted",
    message: "Cancelled",
    reason: "Cancelled while in progress.",
  },
};

/** @param why in words, e.g. "node-7 is shutting down." */
export function handedBack(why: string): Outcome {
  const patch: OutcomePatch = {
    status: "submitted",
    gobiiStatus: "pending",
    step: "submitted",
    reason: why,
  };
  return { kind: "handed_back", patch };
}

/** A callback's texts have a limit of 20,000 characters. */
export function clip(text: string): string {
  return text.length <= 20_000 ? text : `${text.slice(0, 19_999)}…`;
}
