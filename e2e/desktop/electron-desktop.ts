import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { _electron } from "@playwright/test";
import type { ElectronApplication } from "@playwright/test";
import { desktopEnvironment } from "./desktop.ts";
import type { Desktop, DesktopOptions, Recorded } from "./desktop.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the replaced parts of Electron's modules share, in the main process's global object. */
type Scripted = {
  paths: string[];
  button: number | null;
  recorded: Recorded;
  notifications: { emit(name: "click"): unknown }[];
};

declare global {
  var scripted: Scripted;
}

/**
 * Runs the built app on Electron's own runtime. What would wait for a person, or leave the app, is replaced: dialogs,
 * `shell`, and what is seen of notifications and focus.
 */
export async function launchOnElectron(
  executablePath: string,
  options: DesktopOptions,
): Promise<Desktop> {
  const environment = desktopEnvironment(options);
  const args = [root, ...(options.argv ?? [])];
  const app = await _electron.launch({ executablePath, args, env: environment });
  await app.evaluate(replaceParts);
  const child = app.process();
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (log += text));
  }
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const page = await app.firstWindow();
  return {
    kind: "electron",
    page,
    pid: child.pid ?? 0,
    choosePaths: (paths) =>
      app.evaluate(
        (_electronModule, given) => void (globalThis.scripted.paths = given),
        [...paths],
      ),
    chooseButton: (button) =>
      app.evaluate((_electronModule, given) => void (globalThis.scripted.button = given), button),
    clickMenu: (id) =>
      orEnd(
        app,
        app.evaluate(({ Menu }, item) => {
          const found = Menu.getApplicationMenu()?.getMenuItemById(item);
          if (found === undefined || found === null) throw new Error(`the menu has no ${item}`);
          found.click();
        }, id),
      ),
    clickNotification: (index) =>
      app.evaluate((_electronModule, at) => {
        globalThis.scripted.notifications[at]?.emit("click");
      }, index),
    closeWindow: () =>
      orEnd(
        app,
        app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
      ),
    quit: () =>
      orEnd(
        app,
        app.evaluate((electron) => electron.app.quit()),
      ),
    recorded: () => app.evaluate(() => globalThis.scripted.recorded),
    launchAgain: (argv) => {
      const second = spawn(executablePath, ["--no-sandbox", root, ...argv], {
        env: environment,
        stdio: "ignore",
      });
      return new Promise((resolve) => second.once("exit", resolve));
    },
    exited,
    log: () => log,
    dispose: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

type ElectronModule = typeof import("electron");

/** The app may end before it has answered a call that ends it. */
async function orEnd(app: ElectronApplication, call: Promise<unknown>): Promise<void> {
  const ended = new Promise<void>((resolve) => app.once("close", () => resolve()));
  await Promise.race([call, ended]);
}

function replaceParts({ BrowserWindow, Notification, app, dialog, shell }: ElectronModule): void {
  const recorded: Recorded = {
    opened: [],
    shown: [],
    questions: [],
    errorBoxes: [],
    notifications: [],
    badges: [],
    focusCalls: 0,
  };
  const scripted: Scripted = { paths: [], button: null, recorded, notifications: [] };
  globalThis.scripted = scripted;
  Object.assign(dialog, {
    showOpenDialog: async () => ({
      canceled: scripted.paths.length === 0,
      filePaths: scripted.paths,
    }),
    showMessageBox: async (...args: { message?: string; cancelId?: number }[]) => {
      const question = args.at(-1);
      recorded.questions.push(question?.message ?? "");
      return { response: scripted.button ?? question?.cancelId ?? 0, checkboxChecked: false };
    },
    showErrorBox: (title: string, text: string) =>
      void recorded.errorBoxes.push(`${title}: ${text}`),
  });
  Object.assign(shell, {
    openExternal: async (url: string) => void recorded.opened.push(url),
    openPath: async (path: string) => {
      recorded.shown.push(path);
      return "";
    },
    showItemInFolder: (path: string) => void recorded.shown.push(path),
  });
  app.setBadgeCount = (count = 0) => {
    recorded.badges.push(count);
    return true;
  };
  const focus: () => void = Reflect.get(BrowserWindow.prototype, "focus");
  BrowserWindow.prototype.focus = function focusAndCount() {
    recorded.focusCalls += 1;
    focus.call(this);
  };
  Notification.isSupported = () => true;
  Notification.prototype.show = function record() {
    recorded.notifications.push({ title: this.title, body: this.body });
    scripted.notifications.push(this);
  };
}
