import type { Logger } from "pino";
import { coerceError } from "../services/contract/errors.ts";

/** Lets work go on that nobody waits for. That it fails is written down: unheard, it would end the app. */
export function inBackground(work: Promise<unknown>, log: Logger): void {
  work.catch((thrown: unknown) => {
    log.error({ err: coerceError(thrown) }, "work in the background failed");
  });
}
