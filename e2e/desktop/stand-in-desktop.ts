import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import type { Browser, Page } from "@playwright/test";
import type { Command, Recorded, Reply, Request } from "../electron-stand-in/control.ts";
import { desktopEnvironment } from "./desktop.ts";
import type { Desktop, DesktopOptions } from "./desktop.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = fileURLToPath(new URL("../../out/main/index.js", import.meta.url));

/**
 * Runs the built app in plain Node on the stand-in for `electron`.
 *
 * @param register the built stand-in, for `node --import`.
 */
export async function launchOnStandIn(register: string, options: DesktopOptions): Promise<Desktop> {
  const app = forkApp(register, options, options.argv ?? []);
  let log = "";
  for (const stream of [app.stdout, app.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (log += text));
  }
  const exited = new Promise<number | null>((resolve) => app.once("exit", resolve));
  const control = createControl(app);
  const run = async (command: Command): Promise<void> => void (await control.run(command));
  let browser: Browser | null = null;

  const dispose = async (): Promise<void> => {
    await browser?.close();
    app.kill("SIGKILL");
    await exited;
  };

  try {
    const port = await Promise.race([
      control.debuggingPort,
      exited.then((code) => {
        throw new Error(`the app ended with ${code} before its window opened:\n${log}`);
      }),
    ]);
    browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const page = await findWindow(browser, () => log);
    return {
      kind: "stand-in",
      page,
      pid: app.pid ?? 0,
      choosePaths: (paths) => run({ kind: "answer", dialog: "showOpenDialog", paths: [...paths] }),
      chooseButton: (button) => run({ kind: "answer", dialog: "showMessageBox", button }),
      clickMenu: (item) => run({ kind: "clickMenu", item }),
      clickNotification: (index) => run({ kind: "clickNotification", index }),
      closeWindow: () => run({ kind: "closeWindow" }),
      quit: () => run({ kind: "quit" }),
      recorded: async () => (await control.run({ kind: "recorded" })) as Recorded,
      launchAgain: (argv) => {
        const second = forkApp(register, options, argv);
        return new Promise((resolve) => second.once("exit", resolve));
      },
      exited,
      log: () => log,
      dispose,
    };
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
}

function forkApp(register: string, options: DesktopOptions, argv: readonly string[]): ChildProcess {
  return fork(entry, argv, {
    cwd: root,
    env: desktopEnvironment(options),
    execArgv: ["--import", register],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

/** Polled by address: the event of a new page may be over by the time that the spec is connected. */
async function findWindow(browser: Browser, log: () => string): Promise<Page> {
  const giveUpAt = Date.now() + 30_000;
  while (Date.now() < giveUpAt) {
    const pages = browser.contexts().flatMap((context) => context.pages());
    const window = pages.find((page) => page.url().startsWith("http://127.0.0.1:"));
    if (window !== undefined) return window;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no window opened within 30 s:\n${log()}`);
}

function createControl(app: ChildProcess) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let tellPort: ((port: number) => void) | undefined;
  const debuggingPort = new Promise<number>((resolve) => {
    tellPort = resolve;
  });
  app.on("message", (message: Reply) => {
    if ("debuggingPort" in message) {
      tellPort?.(message.debuggingPort);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ("failure" in message) call?.reject(new Error(message.failure));
    else call?.resolve(message.value);
  });
  return {
    debuggingPort,
    run: (command: Command): Promise<unknown> =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        const request: Request = { id: lastId, command };
        app.send(request, (error) => {
          if (error !== null) reject(error);
        });
      }),
  };
}
