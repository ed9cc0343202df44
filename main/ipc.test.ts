import { mkdtemp, mkdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContextBridge, IpcRenderer } from "electron";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DesktopApi, DesktopEvent } from "../services/contract/desktop.ts";
import {
  desktopChannel,
  desktopEventChannel,
  desktopMethods,
} from "../services/contract/desktop-methods.ts";
import { installDesktopApi } from "./desktop-api.ts";
import { createDesktopHandlers } from "./desktop-handlers.ts";
import { registerDesktop } from "./ipc.ts";
import { createFakeElectron, standIn } from "./testing/fake-electron.ts";

const origin = "http://127.0.0.1:8090";
const info = {
  version: "1.2.3",
  dataDir: "/data",
  electron: "45.4.1",
  platform: "linux",
  welcomed: false,
};
const to = (path: string): DesktopEvent => ({ kind: "navigate", path });
const ownPage = { url: `${origin}/jobs`, parent: null };

let directory = "";
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "desktop-ipc-")));
});
afterEach(() => rm(directory, { recursive: true }));

/** The whole way: page, preload's bridge, channel, checks, handler, and back, on fakes that are connected. */
function connected(options: { frame?: object | null; dataRoots?: string[] } = {}) {
  const fake = createFakeElectron();
  const toPage: DesktopEvent[] = [];
  let focused = 0;
  let welcomesEnded = 0;
  registerDesktop({
    ipcMain: fake.electron.ipcMain,
    ownOrigin: () => origin,
    log: pino({ level: "silent" }),
    handlers: createDesktopHandlers({
      electron: fake.electron,
      window: () => null,
      focus: () => void (focused += 1),
      send: (event) => void toPage.push(event),
      info: async () => info,
      onBadge: () => {},
      endWelcome: async () => void (welcomesEnded += 1),
      dataRoots: async () => options.dataRoots ?? [directory],
    }),
  });

  const exposed = new Map<string, unknown>();
  let deliver: ((channel: string, payload: unknown) => void) | undefined;
  const frame = options.frame === undefined ? ownPage : options.frame;
  const invoke = (channel: string, ...args: unknown[]): Promise<unknown> => {
    const handler = fake.handlers.get(channel);
    if (handler === undefined) throw new Error(`nothing handles ${channel}`);
    // As between processes: what cannot be cloned does not arrive.
    return handler({ senderFrame: frame }, ...structuredClone(args)).then(structuredClone);
  };
  installDesktopApi(
    standIn<ContextBridge>({
      exposeInMainWorld: (name: string, api: unknown) => void exposed.set(name, api),
    }),
    standIn<IpcRenderer>({
      invoke,
      on: (channel: string, listener: (event: object, payload: unknown) => void) => {
        deliver = (sentOn, payload) => {
          if (sentOn === channel) listener({}, payload);
        };
      },
    }),
  );
  const desktop = exposed.get("desktop") as DesktopApi;
  return {
    fake,
    desktop,
    invoke,
    exposed,
    toPage,
    focused: () => focused,
    welcomesEnded: () => welcomesEnded,
    deliver: (payload: unknown, channel = desktopEventChannel) => deliver?.(channel, payload),
  };
}

describe("the page's desktop", () => {
  it("has the contract's methods, onEvent and nothing else", () => {
    const { exposed, desktop } = connected();
    expect([...exposed.keys()]).toEqual(["desktop"]);
    expect(Object.keys(desktop).toSorted()).toEqual([...desktopMethods, "onEvent"].toSorted());
  });

  it("stays under ten methods", () => {
    expect(desktopMethods.length).toBeLessThan(10);
  });

  it("answers what it is", async () => {
    expect(await connected().desktop.getInfo()).toEqual(info);
  });

  it("keeps that the person has chosen how to begin", async () => {
    const { desktop, welcomesEnded } = connected();
    await desktop.endWelcome();
    expect(welcomesEnded()).toBe(1);
  });

  it("reads the instruction that the person chooses", async () => {
    const { fake, desktop } = connected();
    const path = join(directory, "panel.json");
    await writeFile(path, '{"instructions":[]}');
    fake.answers.openDialog = [path];
    expect(await desktop.chooseInstruction()).toEqual({
      name: "panel.json",
      path,
      text: '{"instructions":[]}',
    });
    fake.answers.openDialog = [];
    expect(await desktop.chooseInstruction()).toBeNull();
  });

  it("says in words why a chosen file cannot be read", async () => {
    const { fake, desktop } = connected();
    fake.answers.openDialog = [directory];
    await expect(desktop.chooseInstruction()).rejects.toThrow(/^desktop-ipc-\S+ is not a file\.$/);
    fake.answers.openDialog = [join(directory, "gone.json")];
    await expect(desktop.chooseInstruction()).rejects.toThrow(/^gone\.json cannot be read: ENOENT/);
  });

  it("answers the chosen paths", async () => {
    const { fake, desktop } = connected();
    fake.answers.openDialog = ["/data/a.vcf", "/data/b.vcf"];
    expect(await desktop.choosePaths({ kind: "files" })).toEqual(["/data/a.vcf", "/data/b.vcf"]);
  });

  it("shows folders and files inside the data roots, by their real path", async () => {
    const { fake, desktop } = connected();
    const folder = join(directory, "out");
    await mkdir(folder);
    await writeFile(join(folder, "digest.marker"), "");
    await desktop.openPath({ path: folder });
    await desktop.openPath({ path: join(folder, "..", "out", "digest.marker") });
    expect(fake.shown).toEqual([folder, join(folder, "digest.marker")]);
  });

  it("shows nothing outside the data roots", async () => {
    const root = join(directory, "root");
    await mkdir(root);
    await mkdir(join(directory, "rootless"));
    await symlink(directory, join(root, "way-out"));
    const { fake, desktop } = connected({ dataRoots: [root] });
    for (const path of ["/etc", directory, join(directory, "rootless"), join(root, "way-out")]) {
      await expect(desktop.openPath({ path })).rejects.toThrow("lies outside the data roots");
    }
    await expect(desktop.openPath({ path: join(root, "gone") })).rejects.toThrow("does not exist");
    expect(fake.shown).toEqual([]);
  });

  it("opens web and mail addresses only", async () => {
    const { fake, desktop } = connected();
    await desktop.openExternal({ url: "https://example.org/guide" });
    await expect(desktop.openExternal({ url: "file:///etc/passwd" })).rejects.toThrow(
      "file:///etc/passwd is not an https, http or mailto address.",
    );
    expect(fake.opened).toEqual(["https://example.org/guide"]);
  });

  it("notifies, and a click leads to the place", async () => {
    const { fake, desktop, toPage, focused } = connected();
    await desktop.notify({ title: "Job 7 failed", body: "panel.vcf:3", path: "/jobs/7" });
    expect(fake.notifications[0]?.options).toEqual({ title: "Job 7 failed", body: "panel.vcf:3" });
    fake.notifications[0]?.emit("click");
    expect(focused()).toBe(1);
    expect(toPage).toEqual([{ kind: "navigate", path: "/jobs/7" }]);
  });

  it("sets the badge", async () => {
    const { fake, desktop } = connected();
    await desktop.setBadge({ count: 3 });
    expect(fake.badges).toEqual([3]);
  });
});

describe("events from the desktop", () => {
  it("reach every listener until it stops, and the first one also what came before", () => {
    const { desktop, deliver } = connected();
    const first: DesktopEvent[] = [];
    const second: DesktopEvent[] = [];
    deliver(to("/jobs/1"));
    const stop = desktop.onEvent((event) => first.push(event));
    desktop.onEvent((event) => second.push(event));
    deliver(to("/jobs/2"));
    stop();
    deliver(to("/jobs/3"));
    deliver(to("/jobs/4"), "another:channel");
    expect(first).toEqual([to("/jobs/1"), to("/jobs/2")]);
    expect(second).toEqual([to("/jobs/2"), to("/jobs/3")]);
  });
});

describe("hostile calls", () => {
  it.each([
    ["a page elsewhere", { url: "https://evil.example/", parent: null }],
    ["a page on another port", { url: "http://127.0.0.1:8091/", parent: null }],
    [
      "an address that begins like ours",
      { url: "http://127.0.0.1:8090@evil.example/", parent: null },
    ],
    ["a frame within our page", { url: `${origin}/jobs`, parent: ownPage }],
    ["a page without an origin", { url: "about:blank", parent: null }],
    ["a frame that is gone", null],
  ])("%s is refused whatever it calls", async (_who, frame) => {
    const { fake, invoke } = connected({ frame });
    for (const method of desktopMethods) {
      expect(await invoke(desktopChannel(method), { path: "/", url: "https://x.example" })).toEqual(
        {
          ok: false,
          error: {
            code: "forbidden",
            message: `${method} was called by a page that is not the console.`,
          },
        },
      );
    }
    expect([fake.opened, fake.shown, fake.badges, fake.notifications]).toEqual([[], [], [], []]);
  });

  it.each([
    ["getInfo", "x"],
    ["choosePaths", undefined],
    ["choosePaths", { kind: "everything" }],
    ["openPath", { path: 7 }],
    ["openPath", { path: "" }],
    ["openPath", ["/data"]],
    ["openExternal", null],
    ["openExternal", { url: "x".repeat(5000) }],
    ["notify", { title: "", body: "" }],
    ["notify", { title: "t", body: "b", path: "//evil.example" }],
    ["notify", { title: "t", body: "b", path: "https://evil.example" }],
    ["setBadge", { count: -1 }],
    ["setBadge", { count: Number.NaN }],
  ] as const)("%s(%j) is refused", async (method, input) => {
    const { fake, invoke } = connected();
    const answer = await invoke(desktopChannel(method), input);
    expect(answer).toMatchObject({ ok: false, error: { code: "bad_request" } });
    expect([fake.opened, fake.shown, fake.badges, fake.notifications]).toEqual([[], [], [], []]);
  });

  it("learn nothing of what went wrong inside", async () => {
    const { fake, desktop } = connected();
    fake.electron.app.setBadgeCount = () => {
      throw new Error("secret at /home/someone");
    };
    await expect(desktop.setBadge({ count: 1 })).rejects.toThrow(
      "Something went wrong in the app; its log tells more.",
    );
  });
});
