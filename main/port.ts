import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import writeFileAtomic from "write-file-atomic";
import { AppError, coerceError } from "../services/contract/errors.ts";

/** Where GOBii's clients look for a web service. */
const defaultPort = 8080;

export type PortDeps = {
  /** The port that the person asked for; null leaves it to us. */
  wanted: number | null;
  /** Remembers the port from run to run: the loader's settings name it, and what the page keeps belongs to it. */
  file: string;
  log: Logger;
};

/**
 * Starts a service on the port that was wanted; else on that of the last run, else on the default, else on any.
 *
 * @throws AppError when it does not start for another reason, or the wanted port is taken.
 */
export async function startOnPort<T extends { url: string }>(
  start: (port: number) => Promise<T>,
  { wanted, file, log }: PortDeps,
): Promise<T> {
  const candidates = wanted === null ? [keptPort(file) ?? defaultPort, 0] : [wanted];
  for (const [n, port] of candidates.entries()) {
    try {
      const started = await start(port);
      keepPort(file, Number(new URL(started.url).port), log);
      return started;
    } catch (thrown) {
      if (n === candidates.length - 1 || !isTaken(thrown)) throw thrown;
      log.warn({ port }, "the port is taken; another one is used");
    }
  }
  throw new AppError("internal", "There was no port to try.");
}

function isTaken(thrown: unknown): boolean {
  const cause = coerceError(thrown).cause;
  return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}

function keptPort(file: string): number | null {
  try {
    const port = Number(readFileSync(file, "utf8"));
    return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : null;
  } catch {
    return null;
  }
}

function keepPort(file: string, port: number, log: Logger): void {
  try {
    writeFileAtomic.sync(file, `${port}\n`);
  } catch (thrown) {
    log.warn({ err: coerceError(thrown) }, "the port could not be kept");
  }
}
