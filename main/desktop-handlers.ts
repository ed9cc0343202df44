import { realpath, stat } from "node:fs/promises";
import type { Notification } from "electron";
import type { DesktopEvent, DesktopInfo } from "../services/contract/desktop.ts";
import { AppError } from "../services/contract/errors.ts";
import { contains } from "../services/gate/paths.ts";
import { chooseInstructionPath, choosePaths } from "./dialogs.ts";
import type { BrowserWindow, Electron } from "./electron.ts";
import { readInstructionFile } from "./instruction-file.ts";
import type { DesktopHandlers } from "./ipc.ts";
import { externalAddress } from "./security.ts";

export type DesktopHandlerDeps = {
  electron: Pick<Electron, "app" | "dialog" | "Notification" | "shell">;
  window: () => BrowserWindow | null;
  focus: () => void;
  send: (event: DesktopEvent) => void;
  info: () => Promise<DesktopInfo>;
  /** The data roots of all crops, as the service knows them now. */
  dataRoots: () => Promise<readonly string[]>;
  endWelcome: () => Promise<void>;
  /** The page counts what runs. */
  onBadge: (count: number) => void;
};

/** What each method of the contract does. */
export function createDesktopHandlers(deps: DesktopHandlerDeps): DesktopHandlers {
  const { electron } = deps;
  /** A notification that is collected as garbage does not hear its click. */
  const shown = new Set<Notification>();

  return {
    getInfo: deps.info,

    chooseInstruction: async () => {
      const path = await chooseInstructionPath(electron.dialog, deps.window());
      return path === null ? null : readInstructionFile(path);
    },

    choosePaths: ({ kind, title }) =>
      choosePaths(electron.dialog, deps.window(), {
        title: title ?? (kind === "folder" ? "Choose a folder" : "Choose data files"),
        properties: kind === "folder" ? ["openDirectory"] : ["openFile", "multiSelections"],
      }),

    openPath: async ({ path }) => {
      const real = await existingPath(path);
      const roots = await Promise.all((await deps.dataRoots()).map(existingPath));
      if (!roots.some((root) => contains(root, real))) {
        throw new AppError("forbidden", `${path} lies outside the data roots.`);
      }
      // A file is shown, never opened: opening one may run it.
      if (!(await stat(real)).isDirectory()) return electron.shell.showItemInFolder(real);
      const problem = await electron.shell.openPath(real);
      if (problem !== "") throw new AppError("unavailable", `${path} cannot be shown: ${problem}`);
    },

    openExternal: async ({ url }) => {
      const address = externalAddress(url);
      if (address === null) {
        throw new AppError("forbidden", `${url} is not an https, http or mailto address.`);
      }
      await electron.shell.openExternal(address);
    },

    notify: async ({ title, body, path }) => {
      if (!electron.Notification.isSupported()) return;
      const notification = new electron.Notification({ title, body });
      shown.add(notification);
      notification.on("close", () => shown.delete(notification));
      notification.on("click", () => {
        shown.delete(notification);
        deps.focus();
        if (path !== undefined) deps.send({ kind: "navigate", path });
      });
      notification.show();
    },

    endWelcome: deps.endWelcome,

    setBadge: async ({ count }) => {
      electron.app.setBadgeCount(count);
      deps.onBadge(count);
    },
  };
}

async function existingPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new AppError("not_found", `${path} does not exist on this computer.`, { cause });
  }
}
