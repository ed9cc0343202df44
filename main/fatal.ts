import type { Logger } from "pino";
import { coerceError } from "../services/contract/errors.ts";

export type FatalDeps = {
  process: Pick<NodeJS.Process, "on">;
  exit: (code: number) => void;
  log: Logger;
};

/**
 * After an error that nothing caught, what the process holds is anybody's guess: it is written down and the process ends
 * with 1. The store is safe at every moment, so there is nothing to save first.
 */
export function exitOnUncaught({ process, exit, log }: FatalDeps): void {
  const end = (thrown: unknown): void => {
    log.fatal({ err: coerceError(thrown) }, "uncaught error");
    exit(1);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}
