import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { localProvider } from "./local-provider.ts";
import type { PilotPlan } from "./pilot-command.ts";
import type { Provider } from "./provider.ts";

const id = "pilot-test-0123abcd";
const minute = 60_000;

/** A digester that runs until it is told to end, or ends by itself. */
const waiting = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)`;
const passing = "";
const deaf = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("hears nothing")`;

/** Pilots that run the given JavaScript, and a clock that is set by hand. */
async function world(script: string, walltimeMs: number | null, program = process.execPath) {
  const directory = await mkdtemp(join(tmpdir(), "digester-local-"));
  const clock = { now: 1_800_000_000_000 };
  const plan: PilotPlan = {
    command: [program, "-e", script],
    web: ["http://127.0.0.1:1"],
    token: "secret",
    workers: 1,
    labels: [],
    pull: true,
    dataRoots: [],
    stateDir: directory,
    walltimeMs,
    noticeMs: minute,
    options: [],
  };
  const open = (): Promise<Provider> =>
    localProvider({ cluster: "test", plan, directory, now: () => clock.now });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  const provider = await open();
  onTestFinished(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    for (const pilot of await provider.list()) await provider.cancel(pilot);
    await stateBecomes(provider, "ended");
    await rm(directory, { recursive: true });
  });
  return { provider, open, clock, directory };
}

async function stateBecomes(provider: Provider, state: string): Promise<void> {
  while ((await provider.list()).some((pilot) => pilot.state !== state)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it("lets a pilot run for as long as its walltime says, also beyond what a timer can wait for", async () => {
  const { provider, clock } = await world(waiting, 60 * 24 * 60 * minute);
  await provider.submit(id);
  const kill = vi.spyOn(process, "kill");
  await vi.advanceTimersByTimeAsync(minute);
  expect(kill.mock.calls.filter(([, signal]) => signal !== 0)).toEqual([]);
  clock.now += 60 * 24 * 60 * minute - minute;
  await vi.advanceTimersByTimeAsync(1000);
  expect(kill.mock.calls.map(([, signal]) => signal)).toEqual(["SIGTERM"]);
  await stateBecomes(provider, "ended");
});

it("sends no signal to whoever has the number of a pilot that has ended", async () => {
  const { provider, clock } = await world(passing, 10 * minute);
  await provider.submit(id);
  await stateBecomes(provider, "ended");
  const kill = vi.spyOn(process, "kill");
  clock.now += minute;
  await vi.advanceTimersByTimeAsync(20 * minute);
  clock.now += 20 * minute;
  await vi.advanceTimersByTimeAsync(20 * minute);
  expect(kill).not.toHaveBeenCalled();
});

it("kills a pilot that does not end at its notice", async () => {
  const { provider, clock, directory } = await world(deaf, null);
  await provider.submit(id);
  while ((await readFile(join(directory, `${id}.log`), "utf8")) === "");
  const [pilot] = await provider.list();
  if (pilot === undefined) throw new Error("no pilot");
  await provider.cancel(pilot);
  clock.now += 10_000;
  await vi.advanceTimersByTimeAsync(1000);
  await stateBecomes(provider, "ended");
  expect((await provider.list())[0]?.reason).toBe("It was ended by SIGKILL.");
});

it("finds what an earlier keeper has left behind, by its note", async () => {
  const { provider, open } = await world(waiting, null);
  const job = await provider.submit(id);
  const next = await open();
  expect(await next.list()).toMatchObject([{ id, job, state: "running" }]);
  await next.close();
  await stateBecomes(provider, "ended");
  expect(await next.list()).toMatchObject([{ id, state: "ended" }]);
});

it("leaves nothing of a pilot whose program is not there", async () => {
  const { provider, directory } = await world(passing, null, "/no/such/program");
  await expect(provider.submit(id)).rejects.toThrow("/no/such/program");
  expect(await readdir(directory)).toEqual([]);
  expect(await provider.list()).toEqual([]);
});
