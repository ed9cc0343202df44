import { CommanderError } from "commander";
import { AppError, coerceError } from "../contract/errors.ts";

/** How the command ends, for the shell. */
export const exitCodes = { done: 0, failed: 1, usage: 2, unavailable: 3 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for whatever a command threw. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) {
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  if (!(thrown instanceof AppError)) return exitCodes.failed;
  switch (thrown.code) {
    case "unavailable":
    case "draining":
    case "full":
    case "upstream_failed":
      return exitCodes.unavailable;
    case "bad_request":
    case "invalid_instruction":
    case "unauthenticated":
    case "forbidden":
    case "not_found":
    case "duplicate_key":
    case "conflict":
    case "stale_attempt":
    case "payload_too_large":
    case "unsupported_media_type":
    case "internal":
      return exitCodes.failed;
  }
}

/** What to print on stderr; null where commander has said it already. */
export function describeFailure(thrown: unknown): string | null {
  if (thrown instanceof CommanderError) return null;
  const error = coerceError(thrown);
  if (!(error instanceof AppError)) return `error: ${error.message}`;
  const details = error.details.filter((detail) => !error.message.includes(detail));
  return [
    `error: ${error.message}`,
    ...details,
    ...(error.hint === undefined ? [] : [error.hint]),
  ].join("\n  ");
}
