import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import { z } from "zod";
import { SubmitAnswer, JobEvents } from "../services/contract/api.ts";
import type { Event } from "../services/contract/event.ts";
import { isSettled, Job } from "../services/contract/job.ts";
import { runServices, startServices } from "./services-process.ts";
import type { Announcement, DigesterAnnouncement, ServicesProcess } from "./services-process.ts";

/** A web service and digesters as processes of their own, which a test kills and starts again. */
export interface Cluster {
  readonly dataDir: string;
  /** Where a digester of that name keeps its state. */
  stateDir(name: string): string;
  startWeb(more?: readonly string[]): Promise<ServicesProcess>;
  /** A digester of that name keeps its state from one start to the next. `more` are options of the command. */
  startDigester(
    name: string,
    more?: readonly string[],
  ): Promise<ServicesProcess<DigesterAnnouncement>>;
  /** One that knows of no web service and waits to be attached. */
  startLoneDigester(
    name: string,
    more?: readonly string[],
  ): Promise<ServicesProcess<DigesterAnnouncement & { token: string }>>;
  /** Runs a command of the built services against this web service; answers what it printed. */
  run(...args: readonly string[]): Promise<string>;
  /** Calls the own API, below `/api/v1`. */
  ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T>;
  submit(key: string, instructions: object[]): Promise<Job>;
  job(key: string): Promise<Job>;
  events(key: string): Promise<Event[]>;
  /** Waits until the job is well in the middle of reading its source. */
  inTheMiddle(key: string): Promise<Job>;
  settled(key: string, timeoutMs: number): Promise<Job>;
}

export const test = base.extend<{ cluster: Cluster }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from the pattern
  cluster: async ({}, use, testInfo) => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "digester-kill-")));
    const processes: ServicesProcess<unknown>[] = [];
    await use(makeCluster(directory, processes));
    if (testInfo.status !== testInfo.expectedStatus) {
      const log = processes.map((one) => one.log()).join("\n---\n");
      await testInfo.attach("services.log", { body: log, contentType: "text/plain" });
    }
    await Promise.all(processes.map((one) => one.kill()));
    await rm(directory, { recursive: true, force: true });
  },
});
export { expect };

function makeCluster(directory: string, processes: ServicesProcess<unknown>[]): Cluster {
  const dataDir = join(directory, "data");
  let web: Announcement | null = null;

  const announced = (): Announcement => {
    if (web === null) throw new Error("no web service was started");
    return web;
  };
  const ask: Cluster["ask"] = async (schema, method, path, body) => {
    const { url, token } = announced();
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  };
  const job = (key: string): Promise<Job> => ask(Job, "GET", `/jobs/${key}`);

  return {
    dataDir,
    stateDir: (name) => join(directory, name),
    ask,
    job,
    async startWeb(more = []) {
      // A service that comes back is found where it was.
      const port = web === null ? "0" : new URL(web.url).port;
      const started = await startServices(["web", "--port", port, "--data", dataDir, ...more]);
      processes.push(started);
      web = started.announcement;
      return started;
    },
    async startDigester(name, more = []) {
      const { url, token } = announced();
      const state = join(directory, name);
      // Given twice it would be two addresses.
      const address = more.includes("--web") ? [] : ["--web", url];
      const started = await startServices<DigesterAnnouncement>(
        ["digester", ...address, "--token", token, "--state", state, "--id", name, ...more],
        { XDG_DATA_HOME: directory },
      );
      processes.push(started);
      return started;
    },
    async startLoneDigester(name, more = []) {
      const state = join(directory, name);
      const args = ["digester", "--state", state, "--id", name, ...more];
      const started = await startServices<DigesterAnnouncement & { token: string }>(args, {
        XDG_DATA_HOME: directory,
      });
      processes.push(started);
      return started;
    },
    run: (...args) => {
      const { url, token } = announced();
      return runServices(args, { DIGESTER_WEB: url, DIGESTER_WEB_TOKEN: token });
    },
    async submit(key, instructions) {
      return (await ask(SubmitAnswer, "POST", "/instructions", { key, instructions })).job;
    },
    async events(key) {
      return (await ask(JobEvents, "GET", `/jobs/${key}/events`)).events;
    },
    async inTheMiddle(key) {
      for (;;) {
        const now = await job(key);
        if (isSettled(now.status)) throw new Error(`it was over before: ${now.status}`);
        if (now.progress !== null && now.progress > 0.05 && now.progress < 0.7) return now;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async settled(key, timeoutMs) {
      const isOver = async (): Promise<boolean> => isSettled((await job(key)).status);
      await expect.poll(isOver, { timeout: timeoutMs, intervals: [200] }).toBe(true);
      return job(key);
    },
  };
}
