import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
} from "electron";
import { coerceError } from "../services/contract/errors.ts";
import { createLogTail } from "../services/web/log.ts";
import { createApp } from "./app.ts";
import { createEmbeddedServices } from "./embedded-services.ts";
import { exitOnUncaught } from "./fatal.ts";
import { openLog } from "./log.ts";
import { readSettings } from "./settings.ts";

/*
 * The composition root: the one place that imports Electron, reads the environment and knows where the built files lie.
 */

const settings = readSettings(process.env);
if (settings.userData !== null) {
  mkdirSync(settings.userData, { recursive: true });
  app.setPath("userData", settings.userData);
}
const kept = (name: string): string => join(app.getPath("userData"), name);
const built = (path: string): string => join(import.meta.dirname, path);

const logFile = join(kept("logs"), "main.log");
const tail = createLogTail();
const log = openLog(logFile, tail);
exitOnUncaught({ process, exit: (code) => app.exit(code), log });

createApp({
  electron: {
    app,
    BrowserWindow,
    dialog,
    ipcMain,
    Menu,
    Notification,
    screen,
    session,
    shell,
    Tray,
    utilityProcess,
  },
  serviceHost: createEmbeddedServices({
    settings,
    kept,
    utilityProcess,
    servicesEntry: built("services.js"),
    log,
    recentLog: tail.lines,
  }),
  paths: {
    preload: built("../preload/preload.cjs"),
    windowState: kept("window.json"),
    welcomed: kept("welcomed"),
    logFile,
    icon: built("../../resources/icons/icon.png"),
    trayIcon: built("../../resources/icons/tray.png"),
  },
  process,
  log,
})
  .run()
  .catch((thrown: unknown) => {
    log.fatal({ err: coerceError(thrown) }, "the app could not start");
    app.exit(1);
  });
