import { resolve } from "node:path";
import type { Logger } from "pino";
import { coerceError } from "../services/contract/errors.ts";
import { readLaunch, pathOfLink, scheme } from "./deep-link.ts";
import { inBackground } from "./background.ts";
import { chooseInstructionPath, confirmQuit } from "./dialogs.ts";
import { createDesktopHandlers } from "./desktop-handlers.ts";
import type { Electron } from "./electron.ts";
import { readInstructionFile } from "./instruction-file.ts";
import { registerDesktop } from "./ipc.ts";
import { menuTemplate } from "./menu.ts";
import { createQuit } from "./quit.ts";
import { limitPermissions, lockContents } from "./security.ts";
import { createServiceClient } from "./service-client.ts";
import type { ServiceClient } from "./service-client.ts";
import type { HostedServices, ServiceHost } from "./service-host.ts";
import { signIn } from "./session.ts";
import { superviseServices } from "./supervisor.ts";
import { createTray } from "./tray.ts";
import type { AppTray } from "./tray.ts";
import { keepWelcome } from "./welcome.ts";
import { createConsoleWindow } from "./window.ts";

export type AppDeps = {
  electron: Electron;
  serviceHost: ServiceHost;
  paths: {
    /** The built preload script. */
    preload: string;
    /** Where the window's place is kept. */
    windowState: string;
    /** Is there once the person has chosen how to begin. */
    welcomed: string;
    logFile: string;
    icon: string;
    trayIcon: string;
  };
  process: Pick<NodeJS.Process, "platform" | "argv" | "cwd" | "versions"> & {
    on: (signal: NodeJS.Signals, listener: () => void) => unknown;
  };
  log: Logger;
  connect?: (services: HostedServices) => ServiceClient;
};

/** The desktop app: one instance, one window, and the embedded services between start and quit. */
export function createApp(deps: AppDeps): { run(): Promise<void> } {
  const { electron, serviceHost, paths, log, connect = createServiceClient } = deps;
  const { app, dialog, shell } = electron;
  const welcome = keepWelcome(paths.welcomed);
  let services: HostedServices | null = null;
  let client: ServiceClient | null = null;
  let tray: AppTray | null = null;
  const ownOrigin = (): string | null => (services === null ? null : new URL(services.url).origin);

  const background = (work: Promise<unknown>): void => inBackground(work, log);
  const dataRoots = async (): Promise<readonly string[]> => (await client?.dataRoots()) ?? [];
  const dataDir = async (): Promise<string> => (await dataRoots())[0] ?? "";

  const quit = createQuit({
    app,
    log,
    stopServices: (deadlineMs) => serviceHost.stop(deadlineMs),
    confirm: async () => {
      const running = (await client?.runningHere().catch(() => 0)) ?? 0;
      return running === 0 || confirmQuit(dialog, window.current(), running);
    },
  });

  const window = createConsoleWindow({
    electron,
    preload: paths.preload,
    icon: paths.icon,
    stateFile: paths.windowState,
    log,
    // On macOS an app outlives its window.
    mayClose: () => quit.isStopped() || deps.process.platform === "darwin",
    onCloseRequest: () => quit.request(),
  });

  const openInstruction = async (path: string): Promise<void> => {
    try {
      window.send({ kind: "instruction", file: await readInstructionFile(path) });
    } catch (thrown) {
      dialog.showErrorBox("The instruction could not be opened", coerceError(thrown).message);
    }
  };

  const showConsole = async (): Promise<void> => {
    if (!window.focus() && services !== null) await window.open(services.url);
  };

  /** Does what a command line asks for. */
  const follow = async (argv: readonly string[], directory: string): Promise<void> => {
    const request = readLaunch(argv);
    switch (request.kind) {
      case "none":
        return;
      case "navigate":
        window.send(request);
        return;
      case "instruction":
        await openInstruction(resolve(directory, request.file));
    }
  };

  const chooseAndOpenInstruction = async (): Promise<void> => {
    await showConsole();
    const path = await chooseInstructionPath(dialog, window.current());
    if (path !== null) await openInstruction(path);
  };

  const navigate = (path: string): void => {
    background(showConsole().then(() => window.send({ kind: "navigate", path })));
  };

  const installMenu = (): void => {
    const template = menuTemplate({
      platform: deps.process.platform,
      development: !app.isPackaged,
      actions: {
        navigate,
        openInstruction: () => background(chooseAndOpenInstruction()),
        showDataFolder: () => background(dataDir().then((path) => shell.openPath(path))),
        openInBrowser: () => {
          if (services === null) return;
          const token = encodeURIComponent(services.token);
          background(shell.openExternal(`${services.url}/?token=${token}`));
        },
        showLog: () => shell.showItemInFolder(paths.logFile),
      },
    });
    electron.Menu.setApplicationMenu(electron.Menu.buildFromTemplate(template));
  };

  const onRunning = async (running: HostedServices): Promise<void> => {
    services = running;
    client = connect(running);
    log.info({ url: running.url }, "the services listen");
    await signIn(electron.session, running);
    await window.open(running.url);
  };

  const fail = (title: string, message: string): void => {
    log.fatal({ message }, title);
    dialog.showErrorBox(title, `${message}\n\nThe log is at ${paths.logFile}`);
    app.exit(1);
  };

  const listen = (): void => {
    app.on("second-instance", (_event, argv, directory) => {
      background(showConsole().then(() => follow(argv.slice(1), directory)));
    });
    app.on("activate", () => background(showConsole()));
    app.on("open-url", (event, url) => {
      event.preventDefault();
      const path = pathOfLink(url);
      if (path !== null) window.send({ kind: "navigate", path });
    });
    app.on("open-file", (event, path) => {
      event.preventDefault();
      background(openInstruction(path));
    });
    app.on("window-all-closed", () => {
      if (deps.process.platform !== "darwin") quit.request();
    });
    app.on("child-process-gone", (_event, details) => {
      log.error({ ...details }, "a child process is gone");
    });
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      deps.process.on(signal, () => quit.now());
    }
  };

  return {
    run: async () => {
      if (!app.requestSingleInstanceLock()) {
        log.info("another instance is running; it comes forward");
        app.exit(0);
        return;
      }
      lockContents({ electron, ownOrigin, log });
      if (app.isPackaged) app.setAsDefaultProtocolClient(scheme);
      listen();
      await app.whenReady();
      limitPermissions(electron.session, ownOrigin);
      registerDesktop({
        ipcMain: electron.ipcMain,
        ownOrigin,
        log,
        handlers: createDesktopHandlers({
          electron,
          window: window.current,
          focus: () => background(showConsole()),
          send: window.send,
          info: async () => ({
            version: app.getVersion(),
            dataDir: await dataDir(),
            electron: deps.process.versions["electron"] ?? "",
            platform: deps.process.platform,
            welcomed: welcome.isOver(),
          }),
          endWelcome: welcome.end,
          dataRoots,
          onBadge: (count) => tray?.tell(count),
        }),
      });
      installMenu();
      tray = createTray({
        electron,
        icon: paths.trayIcon,
        log,
        actions: {
          show: () => background(showConsole()),
          submit: () => navigate("/submit"),
          quit: () => app.quit(),
        },
      });
      try {
        await superviseServices({
          host: serviceHost,
          log,
          onRunning,
          onGivenUp: (reason) => fail("The services ended", reason),
        });
      } catch (thrown) {
        fail("The services could not be started", coerceError(thrown).message);
        return;
      }
      await follow(deps.process.argv.slice(1), deps.process.cwd());
    },
  };
}
