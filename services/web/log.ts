import pino, { type Logger, type LoggerOptions } from "pino";

export type Log = Logger;

/** How a line reads: with the level's name and the time in UTC, since people read it too. */
export const lineFormat = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
} as const satisfies LoggerOptions;

/** JSON lines on stderr; stdout belongs to data. */
export function createLog(level = "info", tail?: LogTail): Log {
  return pino(
    { ...lineFormat, level },
    pino.multistream([
      { level: "trace", stream: pino.destination({ dest: 2, sync: true }) },
      ...(tail === undefined ? [] : [{ level: "trace" as const, stream: tail }]),
    ]),
  );
}

/** The newest lines of a log, kept at hand for whoever is asked for help. */
export interface LogTail {
  write(line: string): void;
  /** Oldest first, without line ends. */
  readonly lines: () => readonly string[];
}

/** @param length lines that are kept. */
export function createLogTail(length = 500): LogTail {
  let kept: string[] = [];
  return {
    write(line) {
      kept.push(line.trimEnd());
      if (kept.length >= 2 * length) kept = kept.slice(-length);
    },
    lines: () => kept.slice(-length),
  };
}

/** A line of the log as it may be given away: without the secrets named, and without what addresses carry of them. */
export function withoutSecrets(line: string, secrets: readonly string[]): string {
  const named = secrets
    .filter((secret) => secret !== "")
    .reduce((text, secret) => text.replaceAll(secret, "…"), line);
  return named
    .replaceAll(/([?&]token=)[^&"\\\s]+/gi, "$1…")
    .replaceAll(/(\bbearer )[^"\\\s]+/gi, "$1…")
    .replaceAll(/(:\/\/)[^/@"\\\s]+@/g, "$1…@");
}
