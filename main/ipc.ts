import type { IpcMainInvokeEvent } from "electron";
import type { Logger } from "pino";
import type { z } from "zod";
import { desktopContract } from "../services/contract/desktop.ts";
import type { DesktopInput, DesktopOutput } from "../services/contract/desktop.ts";
import { desktopChannel, desktopMethods } from "../services/contract/desktop-methods.ts";
import type { DesktopAnswer, DesktopMethod } from "../services/contract/desktop-methods.ts";
import { AppError, coerceError, parseOrThrow } from "../services/contract/errors.ts";
import type { Electron } from "./electron.ts";
import { isOwnOrigin } from "./security.ts";

export type DesktopHandlers = {
  readonly [M in DesktopMethod]: (input: DesktopInput<M>) => Promise<DesktopOutput<M>>;
};

const inputs: { readonly [M in DesktopMethod]: { input: z.ZodType<DesktopInput<M>> } } =
  desktopContract;

export type IpcDeps = {
  ipcMain: Pick<Electron["ipcMain"], "handle">;
  handlers: DesktopHandlers;
  ownOrigin: () => string | null;
  log: Logger;
};

/** Registers a handler for each method of the contract. Every call is checked: who sends it, then what it carries. */
export function registerDesktop(deps: IpcDeps): void {
  for (const method of desktopMethods) register(method, deps.handlers[method], deps);
}

function register<M extends DesktopMethod>(
  method: M,
  handler: DesktopHandlers[M],
  { ipcMain, ownOrigin, log }: IpcDeps,
): void {
  ipcMain.handle(desktopChannel(method), async (event, ...args): Promise<DesktopAnswer> => {
    try {
      if (!isTrusted(event, ownOrigin())) {
        throw new AppError("forbidden", `${method} was called by a page that is not the console.`);
      }
      const input = parseOrThrow(
        inputs[method].input,
        args[0],
        "bad_request",
        `The input of ${method}`,
      );
      return { ok: true, value: await handler(input) };
    } catch (thrown) {
      const { code, message } =
        thrown instanceof AppError
          ? thrown
          : new AppError("internal", "Something went wrong in the app; its log tells more.");
      log.warn({ method, code, err: coerceError(thrown) }, "a call of the window failed");
      return { ok: false, error: { code, message } };
    }
  });
}

/** Our own page, in a window's main frame: a frame within it, or a page it was led to, is somebody else. */
function isTrusted(event: IpcMainInvokeEvent, origin: string | null): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOwnOrigin(frame.url, origin);
}
