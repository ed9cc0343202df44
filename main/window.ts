import type { Logger } from "pino";
import type { DesktopEvent } from "../services/contract/desktop.ts";
import { desktopEventChannel } from "../services/contract/desktop-methods.ts";
import { coerceError } from "../services/contract/errors.ts";
import { inBackground } from "./background.ts";
import type { BrowserWindow, Electron } from "./electron.ts";
import { minimumSize, placeWindow, readWindowState, saveWindowState } from "./window-state.ts";

/** A renderer that dies again and again would be reloaded for ever. */
const reloadLimit = { times: 3, withinMs: 60_000 } as const;

/** `ERR_ABORTED`: a newer load took its place. */
const aborted = -3;

export type ConsoleWindowDeps = {
  electron: Pick<Electron, "BrowserWindow" | "dialog" | "screen">;
  /** The built preload script. */
  preload: string;
  /** What the system shows for the window, where it does not take that from the application. */
  icon: string;
  /** Where the window's place is kept. */
  stateFile: string;
  /** Whether the window may close now. */
  mayClose: () => boolean;
  /** A person wants to close the window, which may not close yet. */
  onCloseRequest: () => void;
  log: Logger;
};

export type ConsoleWindow = {
  /** Opens the window on `url`, or takes the open one there. */
  open: (url: string) => Promise<void>;
  /** Brings the window forward; false when there is none. */
  focus: () => boolean;
  /** Tells the page, as soon as it is loaded. */
  send: (event: DesktopEvent) => void;
  current: () => BrowserWindow | null;
};

/** The one window of the app: kept in place from run to run, reloaded when its renderer dies. */
export function createConsoleWindow(deps: ConsoleWindowDeps): ConsoleWindow {
  const { electron, log } = deps;
  let window: BrowserWindow | null = null;
  /** What to tell the page once it is there. */
  let pending: DesktopEvent[] = [];

  const create = async (): Promise<BrowserWindow> => {
    const saved = await readWindowState(deps.stateFile);
    const workAreas = electron.screen.getAllDisplays().map((display) => display.workArea);
    const created = new electron.BrowserWindow({
      ...placeWindow(saved, workAreas),
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      show: false,
      icon: deps.icon,
      webPreferences: {
        preload: deps.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
      },
    });
    if (saved?.maximized === true) created.maximize();
    created.once("ready-to-show", () => created.show());
    created.on("close", (event) => {
      keepState(created, deps);
      if (deps.mayClose()) return;
      event.preventDefault();
      deps.onCloseRequest();
    });
    created.on("closed", () => {
      window = null;
    });
    created.webContents.on("did-finish-load", () => {
      for (const event of pending) created.webContents.send(desktopEventChannel, event);
      pending = [];
    });
    // A page that wants to stay must not hold up the end: once the services are stopped there is nothing it could save.
    created.webContents.on("will-prevent-unload", (event) => {
      if (deps.mayClose()) event.preventDefault();
    });
    watchHealth(created, { electron, log });
    return created;
  };

  return {
    open: async (url) => {
      window ??= await create();
      try {
        await window.loadURL(url);
      } catch (thrown) {
        log.error({ err: coerceError(thrown), url }, "the console could not be loaded");
      }
    },
    focus: () => {
      if (window === null) return false;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      return true;
    },
    send: (event) => {
      if (window === null || window.webContents.isLoading()) pending.push(event);
      else window.webContents.send(desktopEventChannel, event);
    },
    current: () => window,
  };
}

function keepState(window: BrowserWindow, { stateFile, log }: ConsoleWindowDeps): void {
  try {
    saveWindowState(stateFile, {
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
    });
  } catch (thrown) {
    log.warn({ err: coerceError(thrown) }, "the window's place could not be kept");
  }
}

/** A renderer that died is loaded anew; one that hangs is put to the person. */
function watchHealth(
  window: BrowserWindow,
  { electron, log }: Pick<ConsoleWindowDeps, "electron" | "log">,
): void {
  let reloads: number[] = [];
  let asking = false;

  window.webContents.on("render-process-gone", (_event, details) => {
    if (details.reason === "clean-exit" || window.isDestroyed()) return;
    log.error({ reason: details.reason, exitCode: details.exitCode }, "the renderer is gone");
    const now = Date.now();
    reloads = reloads.filter((at) => now - at < reloadLimit.withinMs);
    if (reloads.length < reloadLimit.times) {
      reloads.push(now);
      window.webContents.reload();
      return;
    }
    electron.dialog.showErrorBox(
      "The console keeps failing",
      "Its window failed several times in a minute. Jobs go on. Close the app and open it again; the log tells more.",
    );
  });

  const askWhetherToWait = async (): Promise<void> => {
    const { response } = await electron.dialog.showMessageBox(window, {
      type: "warning",
      message: "The window does not respond.",
      detail: "Jobs are not affected.",
      buttons: ["Wait", "Reload"],
      defaultId: 0,
      cancelId: 0,
    });
    // A hanging page does not hear a plain reload; a page that is gone is loaded anew.
    if (response === 1 && !window.isDestroyed()) window.webContents.forcefullyCrashRenderer();
  };
  window.on("unresponsive", () => {
    log.warn("the window does not respond");
    if (asking) return;
    asking = true;
    const asked = askWhetherToWait().finally(() => {
      asking = false;
    });
    inBackground(asked, log);
  });

  window.webContents.on("did-fail-load", (_event, code, description, url, isMainFrame) => {
    if (isMainFrame && code !== aborted) log.error({ code, description, url }, "load failed");
  });
}
