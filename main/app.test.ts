import { EventEmitter } from "node:events";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { desktopChannel, desktopEventChannel } from "../services/contract/desktop-methods.ts";
import { createApp } from "./app.ts";
import type { AppDeps } from "./app.ts";
import type { ServiceHost } from "./service-host.ts";
import { createFakeElectron, emitCancellable, fakeEvent } from "./testing/fake-electron.ts";
import type { FakeWindow } from "./testing/fake-electron.ts";

let directory = "";
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "desktop-app-")));
});
afterEach(() => rm(directory, { recursive: true }));

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

type Scene = {
  isFirstInstance?: boolean;
  hasTray?: boolean;
  platform?: NodeJS.Platform;
  argv?: string[];
  runningHere?: () => Promise<number>;
  host?: Partial<ServiceHost>;
};

async function launched(scene: Scene = {}) {
  const { isFirstInstance = true, hasTray = true } = scene;
  const fake = createFakeElectron({ isFirstInstance, hasTray });
  const signals = new EventEmitter();
  let exit: ((reason: string) => void) | undefined;
  const serviceHost: ServiceHost = {
    start: async () => {
      fake.order.push("services started");
      return { url: "http://127.0.0.1:8090", token: "secret", pid: 1 };
    },
    stop: async () => void fake.order.push("services stopped"),
    onExit: (listener) => {
      exit = listener;
    },
    ...scene.host,
  };
  const deps: AppDeps = {
    electron: fake.electron,
    serviceHost,
    paths: {
      preload: "/app/preload.cjs",
      windowState: join(directory, "window.json"),
      welcomed: join(directory, "welcomed"),
      logFile: "/logs/main.log",
      icon: "/icons/icon.png",
      trayIcon: "/icons/tray.png",
    },
    process: {
      on: (signal, listener) => signals.on(signal, listener),
      platform: scene.platform ?? "linux",
      argv: scene.argv ?? ["electron", "."],
      cwd: () => directory,
      versions: process.versions,
    },
    log: pino({ level: "silent" }),
    connect: () => ({
      dataRoots: async () => ["/data"],
      runningHere: scene.runningHere ?? (async () => 0),
    }),
  };
  await createApp(deps).run();
  const window = (): FakeWindow => {
    const last = fake.windows.at(-1);
    if (last === undefined) throw new Error("no window was opened");
    return last;
  };
  return { fake, signals, window, endServices: (reason: string) => exit?.(reason) };
}

describe("the start", () => {
  it("signs in before the window loads, sandboxed, from the services' own address", async () => {
    const { fake, window } = await launched();
    expect(fake.order).toEqual(["sandbox", "ready", "services started", "cookie"]);
    expect(fake.cookies).toEqual([
      {
        url: "http://127.0.0.1:8090",
        name: "digester_8090",
        value: "secret",
        path: "/",
        httpOnly: true,
        sameSite: "strict",
      },
    ]);
    expect(window().webContents.url).toBe("http://127.0.0.1:8090");
    expect(window().options.webPreferences).toEqual({
      preload: "/app/preload.cjs",
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
  });

  it("of a second instance leaves everything to the first", async () => {
    const { fake } = await launched({ isFirstInstance: false });
    expect(fake.order).toEqual([]);
    expect(fake.exitCode()).toBe(0);
  });

  it("that fails says why and ends with 1", async () => {
    const { fake } = await launched({
      host: { start: () => Promise.reject(new Error("the store is locked by process 7")) },
    });
    expect(fake.errorBoxes[0]).toContain("the store is locked by process 7");
    expect(fake.exitCode()).toBe(1);
    expect(fake.windows).toEqual([]);
  });

  it("with a deep link goes there", async () => {
    const { window } = await launched({ argv: ["electron", ".", "digester://jobs/7"] });
    expect(window().webContents.sent).toEqual([
      [desktopEventChannel, { kind: "navigate", path: "/jobs/7" }],
    ]);
  });
});

describe("a second instance", () => {
  it("brings the window forward", async () => {
    const { fake, window } = await launched();
    window().minimized = true;
    fake.app.emit("second-instance", {}, ["electron", "."], directory);
    await settled();
    expect(window().calls.slice(-3)).toEqual(["restore", "show", "focus"]);
    expect(fake.windows).toHaveLength(1);
  });

  it("hands over its instruction file, relative to where it was started", async () => {
    const { fake, window } = await launched();
    await writeFile(join(directory, "panel.json"), "{}");
    fake.app.emit("second-instance", {}, ["electron", ".", "panel.json"], directory);
    await expect.poll(() => window().webContents.sent).toHaveLength(1);
    const file = { name: "panel.json", path: join(directory, "panel.json"), text: "{}" };
    expect(window().webContents.sent).toEqual([
      [desktopEventChannel, { kind: "instruction", file }],
    ]);
    expect(fake.errorBoxes).toEqual([]);
  });

  it("is told when its file cannot be read", async () => {
    const { fake } = await launched();
    fake.app.emit("second-instance", {}, ["electron", ".", "gone.json"], directory);
    await expect.poll(() => fake.errorBoxes).toHaveLength(1);
    expect(fake.errorBoxes[0]).toContain("gone.json cannot be read");
  });
});

describe("the end", () => {
  const ways: [name: string, end: (app: Awaited<ReturnType<typeof launched>>) => void][] = [
    ["a closed window", ({ window }) => window().close()],
    ["app.quit", ({ fake }) => fake.app.quit()],
    ["SIGTERM", ({ signals }) => void signals.emit("SIGTERM")],
    ["SIGINT", ({ signals }) => void signals.emit("SIGINT")],
  ];

  it.each(ways)("by %s stops the services, then closes the window", async (_name, end) => {
    const app = await launched();
    app.fake.order.length = 0;
    end(app);
    await settled();
    expect(app.fake.order).toEqual(["services stopped", "window closed", "will-quit"]);
    expect(app.fake.exitCode()).toBe(0);
  });

  it("is asked about while jobs run here, and put off when the person says so", async () => {
    const { fake, window } = await launched({ runningHere: async () => 2 });
    fake.answers.messageBox = 1;
    window().close();
    await settled();
    expect(fake.questions).toEqual(["2 jobs are running on this computer."]);
    expect(window().destroyed).toBe(false);
    expect(fake.exitCode()).toBeNull();

    fake.answers.messageBox = 0;
    fake.app.quit();
    await settled();
    expect(fake.questions).toHaveLength(2);
    expect(fake.exitCode()).toBe(0);
  });

  it("by a signal asks nobody", async () => {
    const { fake, signals } = await launched({ runningHere: async () => 1 });
    signals.emit("SIGTERM");
    await settled();
    expect(fake.questions).toEqual([]);
    expect(fake.exitCode()).toBe(0);
  });

  it("needs no answer of services that hang", async () => {
    const { fake, window } = await launched({
      runningHere: () => Promise.reject(new Error("timeout")),
    });
    window().close();
    await settled();
    expect(fake.exitCode()).toBe(0);
  });

  it("is not the window's on macOS, where the app opens it again", async () => {
    const { fake, window } = await launched({ platform: "darwin" });
    window().close();
    await settled();
    expect(fake.windows.map(({ destroyed }) => destroyed)).toEqual([true]);
    expect(fake.exitCode()).toBeNull();
    fake.app.emit("activate");
    await settled();
    expect(fake.windows.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    expect(window().webContents.url).toBe("http://127.0.0.1:8090");
  });

  it("is not held up by a page that wants to stay", async () => {
    const { fake, window } = await launched();
    expect(emitCancellable(window().webContents, "will-prevent-unload")).toBe(false);
    fake.app.quit();
    await settled();
    expect(emitCancellable(window().webContents, "will-prevent-unload")).toBe(true);
  });
});

describe("the tray", () => {
  it("leads to the window, to a submission and to the end", async () => {
    const { fake, window } = await launched();
    fake.clickTray("Show Console");
    await settled();
    expect(window().calls).toContain("focus");
    fake.clickTray("New Submission");
    await settled();
    expect(window().webContents.sent).toEqual([
      [desktopEventChannel, { kind: "navigate", path: "/submit" }],
    ]);
    fake.clickTray("Quit");
    await settled();
    expect(fake.exitCode()).toBe(0);
  });

  it("says how much runs", async () => {
    const { fake } = await launched();
    const tips: string[] = [];
    const labels: (string | undefined)[] = [];
    const setBadge = fake.handlers.get(desktopChannel("setBadge"));
    for (const count of [1, 4, 0]) {
      const frame = { url: "http://127.0.0.1:8090/jobs", parent: null };
      await setBadge?.({ senderFrame: frame }, { count });
      tips.push(fake.trays[0]?.tooltip ?? "");
      labels.push(fake.trays[0]?.menu[0]?.label);
    }
    expect(tips).toEqual(["Digester: 1 job running", "Digester: 4 jobs running", "Digester"]);
    expect(labels).toEqual(["1 job running", "4 jobs running", "No job runs"]);
  });

  it("may be missing", async () => {
    const { fake, window } = await launched({ hasTray: false });
    expect(window().webContents.url).toBe("http://127.0.0.1:8090");
    expect(fake.exitCode()).toBeNull();
  });
});

describe("trouble", () => {
  it("with the renderer reloads it, three times a minute at most", async () => {
    const { fake, window } = await launched();
    const die = (reason: string) =>
      window().webContents.emit("render-process-gone", {}, { reason, exitCode: 11 });
    die("clean-exit");
    expect(window().webContents.reloads).toBe(0);
    for (let n = 0; n < 4; n += 1) die("crashed");
    expect(window().webContents.reloads).toBe(3);
    expect(fake.errorBoxes).toHaveLength(1);
    expect(fake.exitCode()).toBeNull();
  });

  it("with a window that hangs is put to the person, once at a time", async () => {
    const { fake, window } = await launched();
    fake.answers.messageBox = 1;
    window().emit("unresponsive");
    window().emit("unresponsive");
    await settled();
    expect(fake.questions).toEqual(["The window does not respond."]);
    expect(window().webContents.crashes).toBe(1);
  });

  it("with services that end at once ends the app with 1", async () => {
    const { fake, endServices } = await launched();
    endServices("They ended with 9.");
    expect(fake.errorBoxes[0]).toContain("They ended with 9.");
    expect(fake.exitCode()).toBe(1);
  });
});

describe("the menu and links", () => {
  it("lead the page", async () => {
    const { fake, window } = await launched();
    fake.clickMenu("digesters");
    fake.app.emit("open-url", fakeEvent({}), "digester://jobs/9");
    fake.app.emit("open-url", fakeEvent({}), "digester://api/v1/jobs");
    await settled();
    expect(window().webContents.sent.map(([, event]) => event)).toEqual([
      { kind: "navigate", path: "/jobs/9" },
      { kind: "navigate", path: "/digesters" },
    ]);
  });

  it("wait for a page that is still loading", async () => {
    const { fake, window } = await launched();
    window().webContents.loading = true;
    fake.clickMenu("jobs");
    await settled();
    expect(window().webContents.sent).toEqual([]);
    await window().loadURL("http://127.0.0.1:8090/");
    expect(window().webContents.sent).toHaveLength(1);
  });

  it("open the console in the browser, signed in, and the data folder", async () => {
    const { fake } = await launched();
    fake.clickMenu("open-in-browser");
    fake.clickMenu("show-data-folder");
    fake.clickMenu("show-log");
    expect(fake.opened).toEqual(["http://127.0.0.1:8090/?token=secret"]);
    await settled();
    expect(fake.shown.toSorted()).toEqual(["/data", "/logs/main.log"]);
  });

  it("open an instruction that the person chooses", async () => {
    const { fake, window } = await launched();
    const path = join(directory, "x.json");
    await writeFile(path, "[]");
    fake.answers.openDialog = [path];
    fake.clickMenu("open-instruction");
    await expect.poll(() => window().webContents.sent).toHaveLength(1);
    expect(window().webContents.sent[0]?.[1]).toEqual({
      kind: "instruction",
      file: { name: "x.json", path, text: "[]" },
    });
  });
});
