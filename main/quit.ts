import type { Logger } from "pino";
import type { Electron } from "./electron.ts";
import { coerceError } from "../services/contract/errors.ts";
import { settlesWithin } from "./service-host.ts";

/** How long the services may take to stop before the app ends without them. */
const stopDeadlineMs = 5_000;

export type QuitDeps = {
  app: Pick<Electron["app"], "on" | "quit">;
  /** Asks the person where that is called for; answers whether to quit. */
  confirm: () => Promise<boolean>;
  stopServices: (deadlineMs: number) => Promise<void>;
  log: Logger;
  deadlineMs?: number;
};

export type Quit = {
  /** Quits, after asking the person where that is called for. */
  request(): void;
  /** Quits without a question: a system that shuts down does not wait for one. */
  now(): void;
  /** Whether the services are stopped, so that windows may close. */
  isStopped(): boolean;
};

/**
 * Every way to quit (a closed window, the menu, the dock, a signal, a log-out) comes through `before-quit`, which can be
 * put off, unlike `quit`: ask, stop the services, then quit for good.
 */
export function createQuit(deps: QuitDeps): Quit {
  const { app, log, deadlineMs = stopDeadlineMs } = deps;
  let phase: "running" | "asking" | "stopping" | "stopped" = "running";

  const stop = async (): Promise<void> => {
    phase = "stopping";
    log.info("stopping the services");
    try {
      if (!(await settlesWithin(deps.stopServices(deadlineMs), deadlineMs))) {
        log.warn({ deadlineMs }, "the services did not stop in time");
      }
    } catch (thrown) {
      log.error({ err: coerceError(thrown) }, "the services did not stop cleanly");
    }
    phase = "stopped";
    app.quit();
  };

  const ask = async (): Promise<void> => {
    phase = "asking";
    const wanted = await deps.confirm().catch((thrown: unknown) => {
      log.error({ err: coerceError(thrown) }, "the question before quitting failed");
      return true;
    });
    // A signal may have come while the question was open.
    if (phase !== "asking") return;
    if (wanted) await stop();
    else phase = "running";
  };

  app.on("before-quit", (event) => {
    if (phase === "stopped") return;
    event.preventDefault();
    if (phase === "running") void ask();
  });

  return {
    request: () => {
      if (phase === "running") void ask();
    },
    now: () => {
      if (phase === "running" || phase === "asking") void stop();
    },
    isStopped: () => phase === "stopped",
  };
}
