import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createLog } from "./log.ts";
import { openLowdbStore } from "./store/lowdb-store.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { markerInstruction, runningWeb, temporaryDir } from "./testing/running-web.ts";

const openStore = (directory: string) =>
  openLowdbStore(directory, { onWarning: (message) => createLog("silent").warn(message) });

it("keeps token, first user, jobs and instructions over a restart on the same directory", async () => {
  const first = await runningWeb({ openStore });
  const instructions = markerInstruction(first.dataDir);
  await first.ask("POST", "/api/v1/instructions", { key: "k", instructions, hold: true });
  await first.close();

  const second = await runningWeb({ openStore, dataDir: first.dataDir });
  expect(second.token).toBe(first.token);
  expect(second.gobii).toMatchObject({ user: first.gobii.user, password: first.gobii.password });
  expect((await second.ask("GET", "/api/v1/jobs/k")).body).toMatchObject({ id: 1, held: true });
  const { body } = await second.ask("GET", "/api/v1/instructions/k");
  expect(body.instructions[0].table).toBe("marker");
  const { events } = (await second.ask("GET", "/api/v1/jobs/k/events")).body;
  expect(events).toHaveLength(1);
});

it("writes the token where its owner alone can read it", async () => {
  const web = await runningWeb();
  const storeDir = join(web.dataDir, ".digester-web");
  expect((await readFile(join(storeDir, "token"), "utf8")).trim()).toBe(web.token);
  expect((await stat(join(storeDir, "token"))).mode & 0o777).toBe(0o600);
  expect((await stat(storeDir)).mode & 0o777).toBe(0o700);
});

it("makes the data directory when it is missing, and lets the loader sign in", async () => {
  const dataDir = join(await temporaryDir(), "new", "data");
  const web = await runningWeb({ dataDir });
  expect(web.gobii.url).toBe(`${web.url}/gobii-dev`);
  const response = await fetch(`${web.gobii.url}//gobii/v1/auth`, {
    method: "POST",
    headers: { "X-Username": web.gobii.user, "X-Password": web.gobii.password },
    body: "empty",
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-auth-token")).toBeTruthy();
});

it("says so when the data directory is a file", async () => {
  const dataDir = join(await temporaryDir(), "data");
  await writeFile(dataDir, "x");
  await expect(runningWeb({ dataDir })).rejects.toMatchObject({
    code: "unavailable",
    message: `The data directory ${dataDir} cannot be used: a file stands where a directory is needed.`,
  });
});

it("says that the port is taken, and lets go of the store", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await new Promise((done) => other.once("listening", done));
  const { port } = other.address() as AddressInfo;
  const dataDir = await temporaryDir();
  await expect(runningWeb({ port, dataDir, openStore })).rejects.toMatchObject({
    code: "unavailable",
    message: `Port ${port} of 127.0.0.1 is in use by another program.`,
  });
  await expect(runningWeb({ dataDir, openStore })).resolves.toBeDefined();
});

it("says that another service has the directory", async () => {
  const web = await runningWeb({ openStore });
  await expect(runningWeb({ dataDir: web.dataDir, openStore })).rejects.toMatchObject({
    code: "unavailable",
  });
});

it("closes once, although requests and streams are open, and answers nobody afterwards", async () => {
  const store = createMemoryStore();
  const closes: string[] = [];
  const web = await runningWeb({
    openStore: async () => ({
      ...store,
      close: async () => {
        closes.push("store");
        await store.close();
      },
    }),
  });
  const stream = await fetch(`${web.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${web.token}` },
  });
  await Promise.all([web.close(), web.close()]);
  expect(await stream.text()).toContain("event: bye");
  expect(closes).toEqual(["store"]);
  await expect(fetch(`${web.url}/healthz`)).rejects.toThrow("fetch failed");
});

it("tells what it is", async () => {
  const web = await runningWeb();
  const { body } = await web.ask("GET", "/api/v1/about");
  expect(body).toMatchObject({
    version: "1.2.3",
    crops: [{ name: "dev", dataRoots: [web.dataDir] }],
    gobiiUrl: web.gobii.url,
  });
});

it("removes settled jobs that are not to be kept, tells so, and answers for them clearly", async () => {
  const first = await runningWeb({ openStore });
  const instructions = markerInstruction(first.dataDir);
  for (const key of ["old", "new", "waiting"]) {
    await first.ask("POST", "/api/v1/instructions", { key, instructions, hold: true });
    if (key !== "waiting") await first.ask("POST", `/api/v1/jobs/${key}/cancel`);
  }
  await first.close();

  const second = await runningWeb({
    openStore,
    dataDir: first.dataDir,
    retention: { days: null, jobs: 1 },
  });
  const removed = async () => (await second.ask("GET", "/api/v1/jobs/1")).status === 404;
  await expect.poll(removed).toBe(true);
  expect((await second.ask("GET", "/api/v1/jobs/1")).body.error.message).toMatch(
    /^Job 1 was removed on \d{4}-\d\d-\d\d\. Settled jobs are kept while they are among the newest 1\.$/,
  );
  expect((await second.ask("GET", "/api/v1/jobs/old")).status).toBe(404);
  expect((await second.ask("GET", "/api/v1/instructions/old")).status).toBe(404);
  const { jobs } = (await second.ask("GET", "/api/v1/jobs?sort=id")).body;
  expect(jobs.map(({ key }: { key: string }) => key)).toEqual(["new", "waiting"]);
  const headers = { authorization: `Bearer ${second.token}` };
  const metrics = await fetch(`${second.url}/metrics`, { headers });
  expect(await metrics.text()).toContain("digester_web_jobs_removed_total 1");
  const again = await second.ask("POST", "/api/v1/instructions", {
    key: "old",
    instructions,
    hold: true,
  });
  expect(again).toMatchObject({ status: 201, body: { job: { id: 4 } } });
});
