import { EventEmitter } from "node:events";
import type * as electron from "electron";
import type { Page, Route } from "playwright";
import { emitCancellable } from "./app.ts";
import type { AppStandIn } from "./app.ts";
import type { Recorded } from "./control.ts";
import type { Like } from "./like.ts";
import { linkPage } from "./preload.ts";
import type { PageLink } from "./preload.ts";

export type IpcHandler = (event: object, ...args: unknown[]) => unknown;

export type WindowDeps = {
  stand: AppStandIn;
  handlers: ReadonlyMap<string, IpcHandler>;
  recorded: Recorded;
};

type OpenHandler = (details: { url: string }) => { action: "allow" | "deny" };

/** The windows by their page; what is not among them is a popup. */
type Windows = Map<Page, { mayNavigate(url: string): boolean }>;

/** `electron.BrowserWindow`: a page of Chromium. Made at once, as Electron's; what it is told waits for the page. */
export function createBrowserWindow({ stand, handlers, recorded }: WindowDeps) {
  const windows: Windows = new Map();
  let guarded: Promise<unknown> | null = null;

  const newPage = async (): Promise<Page> => {
    const context = await stand.browser();
    guarded ??= context.route("**/*", (route) => guard(route, windows));
    await guarded;
    return context.newPage();
  };

  return function BrowserWindow(options: electron.BrowserWindowConstructorOptions) {
    const emitter = new EventEmitter();
    const contents = new EventEmitter();
    let url = "about:blank";
    let loading = false;
    let destroyed = false;
    /** The address that main has the page load: that is no navigation of the page. */
    let expected: string | null = null;
    let openHandler: OpenHandler | null = null;

    const mayNavigate = (to: string): boolean =>
      to === expected ||
      !(
        emitCancellable(contents, "will-frame-navigate", { url: to, isMainFrame: true }) ||
        emitCancellable(contents, "will-navigate", { url: to, isMainFrame: true })
      );

    const open = async (): Promise<{ page: Page; link: PageLink }> => {
      const page = await newPage();
      windows.set(page, { mayNavigate });
      const link = await linkPage(page, options.webPreferences?.preload ?? "", (channel, args) => {
        const handler = handlers.get(channel);
        if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
        const senderFrame = { url: page.mainFrame().url(), parent: null };
        return Promise.resolve(handler({ senderFrame, sender: webContents }, ...args));
      });
      const session = await page.context().newCDPSession(page);
      await session.send("Page.enable");
      session.on("Page.windowOpen", (details) => {
        if (openHandler?.(details).action !== "deny") throw new Error("popups are not supported");
      });
      page.on("popup", (popup) => void popup.close());
      page.on("framenavigated", (frame) => {
        if (frame === page.mainFrame()) url = frame.url();
      });
      page.on("domcontentloaded", () => emitter.emit("ready-to-show"));
      page.on("load", () => {
        loading = false;
        contents.emit("did-finish-load");
      });
      return { page, link };
    };
    const opened = open();
    /** In the order of the calls, each after the one before. */
    let last: Promise<unknown> = opened;
    const next = <T>(step: (page: Page, link: PageLink) => Promise<T>): Promise<T> => {
      const result = Promise.all([opened, last]).then(([{ page, link }]) => step(page, link));
      last = result.catch(() => {});
      return result;
    };
    const load = (address: () => string, step: (page: Page) => Promise<unknown>): Promise<void> => {
      loading = true;
      return next(async (page) => {
        expected = new URL(address()).href;
        try {
          await step(page);
        } finally {
          expected = null;
        }
      });
    };

    const webContents = Object.assign(contents, {
      getURL: () => url,
      isLoading: () => loading,
      reload: () =>
        void load(
          () => url,
          (page) => page.reload(),
        ),
      send: (channel: string, ...args: unknown[]) =>
        void next((_page, link) => link.send(channel, args)),
      setWindowOpenHandler: (handler: OpenHandler) => {
        openHandler = handler;
      },
    } satisfies Like<electron.WebContents>);
    stand.app.emit("web-contents-created", {}, webContents);

    const window = Object.assign(emitter, {
      webContents,
      loadURL: (to: string) =>
        load(
          () => to,
          (page) => page.goto(to),
        ),
      show: () => {},
      focus: () => {
        recorded.focusCalls += 1;
        void next((page) => page.bringToFront());
      },
      restore: () => {},
      maximize: () => {},
      isMinimized: () => false,
      isMaximized: () => false,
      isDestroyed: () => destroyed,
      getNormalBounds: () => ({ x: 40, y: 40, width: 1360, height: 860 }),
      close: () => {
        if (destroyed || emitCancellable(emitter, "close")) return;
        destroyed = true;
        void opened.then(({ page }) => page.close()).catch(() => {});
        emitter.emit("closed");
        stand.removeWindow(window);
      },
    } satisfies Like<electron.BrowserWindow>);
    stand.addWindow(window);
    return window;
  };
}

/**
 * Puts navigations to the app, and lets no request of a popup out: by the time that a popup can be closed, its request
 * would be on its way.
 */
async function guard(route: Route, windows: Windows): Promise<void> {
  const request = route.request();
  try {
    const page = request.frame().page();
    const window = windows.get(page);
    const isMainNavigation = request.isNavigationRequest() && request.frame() === page.mainFrame();
    if (window === undefined) {
      await route.abort("aborted");
    } else if (isMainNavigation && !window.mayNavigate(request.url())) {
      // By this answer a browser stays where it is; an aborted request may end on an error page.
      await route.fulfill({ status: 204 });
    } else {
      await route.continue();
    }
  } catch {
    // The frame is not known yet: a popup's first request.
    await route.abort("aborted").catch(() => {});
  }
}
