import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { EventEmitter } from "node:events";
import type * as real from "electron";
import type { MenuItemConstructorOptions } from "electron";
import { createAppStandIn } from "./app.ts";
import { serveCommands } from "./control.ts";
import type { Command, Recorded } from "./control.ts";
import type { Like } from "./like.ts";
import { createBrowserWindow } from "./window.ts";
import type { IpcHandler } from "./window.ts";

/*
 * The module `electron`, for the app's main process. Main imports names, so one that is missing here ends the start with
 * a link error.
 */

const recorded: Recorded = {
  opened: [],
  shown: [],
  questions: [],
  errorBoxes: [],
  notifications: [],
  badges: [],
  focusCalls: 0,
};
const handlers = new Map<string, IpcHandler>();
const stand = createAppStandIn(recorded);
const answers: { paths: string[]; button: number | null } = { paths: [], button: null };
const notifications: EventEmitter[] = [];
let menu: MenuItemConstructorOptions[] = [];

export const app = stand.app;
export const BrowserWindow = createBrowserWindow({ stand, handlers, recorded });

export const ipcMain = {
  handle: (channel: string, handler: IpcHandler) => {
    if (handlers.has(channel)) throw new Error(`a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
} satisfies Like<typeof real.ipcMain>;

export const dialog = {
  showOpenDialog: async () => ({
    canceled: answers.paths.length === 0,
    filePaths: answers.paths,
  }),
  showMessageBox: async (...args: (object | real.MessageBoxOptions)[]) => {
    const options = args.at(-1) as real.MessageBoxOptions;
    recorded.questions.push(options.message);
    return { response: answers.button ?? options.cancelId ?? 0, checkboxChecked: false };
  },
  showErrorBox: (title: string, content: string) => {
    recorded.errorBoxes.push(`${title}: ${content}`);
    process.stderr.write(`error box: ${title}: ${content}\n`);
  },
} satisfies Like<typeof real.dialog>;

export const shell = {
  openExternal: async (url: string) => void recorded.opened.push(url),
  openPath: async (path: string) => {
    recorded.shown.push(path);
    return "";
  },
  showItemInFolder: (path: string) => void recorded.shown.push(path),
} satisfies Like<typeof real.shell>;

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
} satisfies Like<typeof real.screen>;

export const session = {
  defaultSession: {
    cookies: {
      set: async ({ url, name, value, httpOnly, sameSite }: real.CookiesSetDetails) => {
        if (sameSite !== "strict") throw new Error(`the stand-in knows no sameSite ${sameSite}`);
        const cookie = { url, name: name ?? "", value: value ?? "", httpOnly: httpOnly ?? false };
        const context = await stand.browser();
        await context.addCookies([{ ...cookie, sameSite: "Strict" }]);
      },
    } satisfies Like<real.Cookies>,
    // Chromium does not ask a stand-in; what the handlers answer is tested by themselves.
    setPermissionRequestHandler: () => {},
    setPermissionCheckHandler: () => {},
  } satisfies Like<real.Session>,
} satisfies Like<typeof real.session>;

export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => {
    menu = template;
  },
} satisfies Like<typeof real.Menu>;

export const Notification = Object.assign(
  function Notification({ title, body }: { title: string; body: string }) {
    const notification = Object.assign(new EventEmitter(), {
      show: () => {
        recorded.notifications.push({ title, body });
        notifications.push(notification);
      },
    } satisfies Like<real.Notification>);
    return notification;
  },
  { isSupported: () => true },
);

export const Tray = function Tray(icon: string) {
  if (!existsSync(icon)) throw new Error(`Failed to load image from path '${icon}'`);
  return Object.assign(new EventEmitter(), {
    setToolTip: () => {},
    setContextMenu: () => {},
  } satisfies Like<real.Tray>);
};

export const utilityProcess = {
  fork: (module: string, args: string[]) => {
    const child = fork(module, args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    return Object.assign(new EventEmitter(), {
      pid: child.pid,
      stdout: child.stdout,
      stderr: child.stderr,
      kill: () => child.kill(),
      once: (name: string, listener: (code: number | null) => void) => child.once(name, listener),
    });
  },
} satisfies Like<typeof real.utilityProcess>;

function clickMenu(id: string): void {
  const item = menu
    .flatMap((top) => (Array.isArray(top.submenu) ? top.submenu : []))
    .find((candidate) => candidate.id === id);
  if (item === undefined) throw new Error(`the menu has no ${id}`);
  switch (item.role) {
    case undefined:
      Reflect.apply(item.click ?? (() => {}), item, []);
      return;
    case "quit":
      app.quit();
      return;
    default:
      throw new Error(`the stand-in does not play the role ${item.role}`);
  }
}

serveCommands((command: Command) => {
  switch (command.kind) {
    case "answer":
      if (command.dialog === "showOpenDialog") answers.paths = command.paths;
      else answers.button = command.button;
      return;
    case "clickMenu":
      return clickMenu(command.item);
    case "clickNotification":
      notifications[command.index]?.emit("click");
      return;
    case "closeWindow":
      stand.windows()[0]?.close();
      return;
    case "quit":
      return app.quit();
    case "recorded":
      return recorded;
  }
});
