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
  utilityProcess,
} from "electron";
import { defaultWorkers, headlessOptions } from "../services/commands/digester.ts";
import { productOptions } from "../services/commands/web.ts";
import { coerceError } from "../services/contract/errors.ts";
import { startDigester } from "../services/digester/start.ts";
import { startWeb } from "../services/web/start.ts";
import { createApp } from "./app.ts";
import { exitOnUncaught } from "./fatal.ts";
import { createForkedHost } from "./forked-host.ts";
import { createInProcessHost } from "./in-process-host.ts";
import { openLog } from "./log.ts";
import { startOnPort } from "./port.ts";
import { readSettings } from "./settings.ts";

/*
 * The composition root: the one place that imports Electron, reads the environment and knows where the built files lie.
 */

const settings = readSettings(process.env);
if (settings.userData !== null) app.setPath("userData", settings.userData);
const kept = (name: string): string => join(app.getPath("userData"), name);
const built = (path: string): string => join(import.meta.dirname, path);

const logFile = join(kept("logs"), "main.log");
const log = openLog(logFile);
exitOnUncaught({ process, exit: (code) => app.exit(code), log });

const dataDir = settings.dataDir ?? kept("data");

const inProcessHost = () =>
  createInProcessHost({
    startWeb: () =>
      startOnPort((port) => startWeb({ ...productOptions(), dataDir, port, log }), {
        wanted: settings.port,
        file: kept("port"),
        log,
      }),
    startDigester: async (web) => {
      const digester = await startDigester({
        ...headlessOptions(),
        // Electron's fuses forbid forking.
        workerKind: "thread",
        web,
        workers: defaultWorkers(),
        dataRoots: null,
        stateDir: kept("digester"),
        log,
      });
      await digester.attached;
      return digester;
    },
  });

const forkedHost = () =>
  createForkedHost({
    utilityProcess,
    entry: built("services.js"),
    args: ["--data", dataDir, "--port", String(settings.port ?? 0)],
    log,
  });

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
    utilityProcess,
  },
  serviceHost: settings.servicesApart ? forkedHost() : inProcessHost(),
  paths: {
    preload: built("../preload/preload.cjs"),
    windowState: kept("window.json"),
    dataDir,
    logFile,
  },
  process,
  log,
})
  .run()
  .catch((thrown: unknown) => {
    log.fatal({ err: coerceError(thrown) }, "the app could not start");
    app.exit(1);
  });
