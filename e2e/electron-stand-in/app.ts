import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as electron from "electron";
import type { BrowserContext } from "playwright";
import { launchChromium } from "./chromium.ts";
import type { Recorded } from "./control.ts";
import type { Like } from "./like.ts";

/** Emits an event that listeners may cancel; answers whether one did. */
export function emitCancellable(
  emitter: EventEmitter,
  name: string,
  properties: object = {},
  ...args: unknown[]
): boolean {
  const event = {
    ...properties,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true;
    },
  };
  emitter.emit(name, event, ...args);
  return event.defaultPrevented;
}

/** A window as the app's end sees it. */
export type ClosableWindow = { close(): void; isDestroyed(): boolean };

export type AppStandIn = ReturnType<typeof createAppStandIn>;

/** `electron.app`, with Electron's order of quitting: `before-quit`, the windows, `will-quit`, `quit`. */
export function createAppStandIn(recorded: Recorded) {
  const emitter = new EventEmitter();
  const windows = new Set<ClosableWindow>();
  const paths = new Map<string, string>([["userData", join(tmpdir(), "electron-stand-in")]]);
  let browser: Promise<BrowserContext> | null = null;
  let ending = false;

  const pathOf = (name: string): string => paths.get(name) ?? join(pathOf("userData"), name);

  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    const closed =
      browser === null ? Promise.resolve() : browser.then((context) => context.close());
    closed.catch(() => {}).finally(() => process.exit(code));
  };

  const quit = (): void => {
    if (ending || emitCancellable(emitter, "before-quit")) return;
    for (const window of windows) window.close();
    if (windows.size > 0 || emitCancellable(emitter, "will-quit")) return;
    emitter.emit("quit", {}, 0);
    end(0);
  };

  const app = Object.assign(emitter, {
    isPackaged: false,
    enableSandbox: () => {},
    setAsDefaultProtocolClient: () => true,
    setBadgeCount: (count: number) => {
      recorded.badges.push(count);
      return true;
    },
    getVersion: () =>
      (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version,
    getPath: pathOf,
    setPath: (name: string, path: string) => {
      if (!existsSync(path)) throw new Error(`${path} does not exist`);
      paths.set(name, path);
    },
    requestSingleInstanceLock: () => lockInstance(pathOf("userData"), emitter),
    whenReady: async () => {
      browser ??= launchChromium(pathOf("userData"));
      await browser;
    },
    quit,
    exit: (code = 0) => end(code),
  } satisfies Like<electron.App>);

  return {
    app,
    browser: async (): Promise<BrowserContext> => {
      if (browser === null) throw new Error("a window before the app is ready");
      return browser;
    },
    addWindow: (window: ClosableWindow): void => void windows.add(window),
    removeWindow: (window: ClosableWindow): void => {
      windows.delete(window);
      if (windows.size === 0) emitter.emit("window-all-closed");
    },
    windows: (): readonly ClosableWindow[] => [...windows],
  };
}

/** The first process on a folder holds the lock; a later one leaves its command line there for the first, and has none. */
function lockInstance(userData: string, app: EventEmitter): boolean {
  mkdirSync(userData, { recursive: true });
  const lock = join(userData, "instance.lock");
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
  } catch {
    const launch = { argv: process.argv, directory: process.cwd() };
    writeFileSync(join(userData, `launch-${process.pid}.json`), JSON.stringify(launch));
    return false;
  }
  process.once("exit", () => rmSync(lock, { force: true }));
  const watcher = watch(userData, (_event, name) => {
    if (name === null || !/^launch-\d+\.json$/.test(name)) return;
    const file = join(userData, name);
    try {
      const launch = JSON.parse(readFileSync(file, "utf8")) as {
        argv: string[];
        directory: string;
      };
      rmSync(file);
      app.emit("second-instance", {}, launch.argv, launch.directory);
    } catch {
      // Seen before it was written whole, or seen twice: the next change tells again.
    }
  });
  watcher.unref();
  return true;
}
