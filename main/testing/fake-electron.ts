import { EventEmitter } from "node:events";
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from "electron";
import type { Electron } from "../electron.ts";

export type FakeEvent = { defaultPrevented: boolean; preventDefault: () => void };

export function fakeEvent<T extends object>(properties: T): FakeEvent & T {
  const event = {
    ...properties,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true;
    },
  };
  return event;
}

/** Emits a cancellable event; answers whether a listener cancelled it. */
export function emitCancellable(emitter: EventEmitter, name: string, properties = {}): boolean {
  const event = fakeEvent(properties);
  emitter.emit(name, event);
  return event.defaultPrevented;
}

class FakeContents extends EventEmitter {
  url = "about:blank";
  loading = true;
  reloads = 0;
  crashes = 0;
  sent: [channel: string, payload: unknown][] = [];
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: "allow" });

  getURL = (): string => this.url;
  isLoading = (): boolean => this.loading;
  reload = (): void => void (this.reloads += 1);
  forcefullyCrashRenderer = (): void => void (this.crashes += 1);
  send = (channel: string, payload: unknown): void => void this.sent.push([channel, payload]);
  setWindowOpenHandler = (handler: FakeContents["openHandler"]): void => {
    this.openHandler = handler;
  };
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: BrowserWindowConstructorOptions;
  readonly calls: string[] = [];
  destroyed = false;
  minimized = false;
  maximized = false;
  bounds = { x: 10, y: 20, width: 900, height: 700 };

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }

  loadURL = async (url: string): Promise<void> => {
    this.webContents.url = url;
    this.webContents.loading = false;
    this.webContents.emit("did-finish-load");
    this.emit("ready-to-show");
  };
  /** As a person's click on the cross. */
  close = (): void => {
    if (this.destroyed || emitCancellable(this, "close")) return;
    this.destroyed = true;
    this.emit("closed");
  };
  isDestroyed = (): boolean => this.destroyed;
  isMinimized = (): boolean => this.minimized;
  isMaximized = (): boolean => this.maximized;
  getNormalBounds = (): typeof this.bounds => this.bounds;
  maximize = (): void => void (this.maximized = true);
  restore = (): void => void this.calls.push("restore");
  show = (): void => void this.calls.push("show");
  focus = (): void => void this.calls.push("focus");
}

class FakeNotification extends EventEmitter {
  static isSupported = (): boolean => true;
  readonly options: { title: string; body: string };

  constructor(options: { title: string; body: string }) {
    super();
    this.options = options;
  }
  show = (): void => {};
}

class FakeTray extends EventEmitter {
  readonly icon: string;
  tooltip = "";
  menu: MenuItemConstructorOptions[] = [];

  constructor(icon: string) {
    super();
    this.icon = icon;
  }
  setToolTip = (text: string): void => void (this.tooltip = text);
  setContextMenu = (menu: MenuItemConstructorOptions[]): void => void (this.menu = menu);
}

type Handler = (event: unknown, ...args: unknown[]) => Promise<unknown>;

/**
 * A hand-written Electron for tests of the shell: it records what it is asked, answers dialogs as it was told to, and
 * ends as Electron does: `before-quit`, the windows, `will-quit`, each of which can hold it up.
 */
export function createFakeElectron(options: { isFirstInstance?: boolean; hasTray?: boolean } = {}) {
  const windows: FakeWindow[] = [];
  const notifications: FakeNotification[] = [];
  const trays: FakeTray[] = [];
  const handlers = new Map<string, Handler>();
  const cookies: object[] = [];
  const opened: string[] = [];
  const shown: string[] = [];
  const errorBoxes: string[] = [];
  const questions: string[] = [];
  const badges: number[] = [];
  const order: string[] = [];
  let exitCode: number | null = null;
  let menu: MenuItemConstructorOptions[] = [];
  let permissionRequest: PermissionRequestHandler | undefined;
  let permissionCheck: PermissionCheckHandler | undefined;
  const answers = { messageBox: 0, openDialog: [] as string[] };

  class Window extends FakeWindow {
    constructor(windowOptions: BrowserWindowConstructorOptions) {
      super(windowOptions);
      windows.push(this);
      app.emit("web-contents-created", {}, this.webContents);
      this.once("closed", () => {
        order.push("window closed");
        if (windows.every((window) => window.destroyed)) app.emit("window-all-closed");
      });
    }
  }

  const app = Object.assign(new EventEmitter(), {
    isPackaged: false,
    requestSingleInstanceLock: () => options.isFirstInstance ?? true,
    enableSandbox: () => void order.push("sandbox"),
    setAsDefaultProtocolClient: () => true,
    setBadgeCount: (count: number) => void badges.push(count),
    getVersion: () => "1.2.3",
    whenReady: async () => void order.push("ready"),
    quit: () => {
      if (exitCode !== null || emitCancellable(app, "before-quit")) return;
      for (const window of windows) window.close();
      if (!windows.every((window) => window.destroyed)) return;
      if (emitCancellable(app, "will-quit")) return;
      order.push("will-quit");
      exitCode ??= 0;
    },
    exit: (code = 0) => {
      exitCode ??= code;
    },
  });

  const electron = standIn<Electron>({
    app,
    BrowserWindow: Window,
    Notification: class extends FakeNotification {
      constructor(notificationOptions: { title: string; body: string }) {
        super(notificationOptions);
        notifications.push(this);
      }
    },
    Tray: class extends FakeTray {
      constructor(icon: string) {
        super(icon);
        if (options.hasTray === false) throw new Error("no StatusNotifier");
        trays.push(this);
      }
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (template: MenuItemConstructorOptions[]) => {
        menu = template;
      },
    },
    dialog: {
      showErrorBox: (title: string, text: string) => void errorBoxes.push(`${title}: ${text}`),
      showMessageBox: async (...args: { message?: string }[]) => {
        questions.push(args.at(-1)?.message ?? "");
        return { response: answers.messageBox, checkboxChecked: false };
      },
      showOpenDialog: async () => ({
        canceled: answers.openDialog.length === 0,
        filePaths: answers.openDialog,
      }),
    },
    ipcMain: {
      handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
    },
    screen: {
      getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
    },
    session: {
      defaultSession: {
        cookies: {
          set: async (cookie: object) => {
            cookies.push(cookie);
            order.push("cookie");
          },
        },
        setPermissionRequestHandler: (handler: PermissionRequestHandler) => {
          permissionRequest = handler;
        },
        setPermissionCheckHandler: (handler: PermissionCheckHandler) => {
          permissionCheck = handler;
        },
      },
    },
    shell: {
      openExternal: async (url: string) => void opened.push(url),
      openPath: async (path: string) => {
        shown.push(path);
        return "";
      },
      showItemInFolder: (path: string) => void shown.push(path),
    },
    utilityProcess: {
      fork: () => {
        throw new Error("no child processes here");
      },
    },
  });

  return {
    electron,
    app,
    answers,
    handlers,
    windows,
    notifications,
    trays,
    cookies,
    opened,
    shown,
    errorBoxes,
    questions,
    badges,
    order,
    exitCode: () => exitCode,
    openWindow: (): FakeWindow => new Window({}),
    requestPermission: (permission: string, url: string): boolean => {
      let granted: boolean | null = null;
      permissionRequest?.({ getURL: () => url }, permission, (answer) => {
        granted = answer;
      });
      return granted === true && permissionCheck?.(null, permission, url) === true;
    },
    clickTray: (label: string): void => {
      const click = trays.at(-1)?.menu.find((item) => item.label === label)?.click;
      if (click === undefined) throw new Error(`the tray has no ${label}`);
      Reflect.apply(click, undefined, []);
    },
    clickMenu: (id: string): void => {
      const items = menu.flatMap((top) => (Array.isArray(top.submenu) ? top.submenu : []));
      const click = items.find((item) => item.id === id)?.click;
      if (click === undefined) throw new Error(`the menu has no ${id}`);
      Reflect.apply(click, undefined, []);
    },
  };
}

type PermissionRequestHandler = (
  contents: { getURL: () => string },
  permission: string,
  answer: (granted: boolean) => void,
) => void;
type PermissionCheckHandler = (contents: null, permission: string, origin: string) => boolean;

/**
 * Passes a fake where Electron's own type is asked for. The one assertion that tests need: Electron's types have hundreds
 * of members, a fake has those that are called, and a member that is missing fails the test that calls it.
 */
export function standIn<T extends object>(fake: { [Member in keyof T]?: unknown }): T {
  return fake as T;
}
