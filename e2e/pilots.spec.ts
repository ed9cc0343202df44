import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ClusterList } from "../services/contract/cluster.ts";
import { DigesterList } from "../services/contract/api.ts";
import { expect, test } from "./fixtures.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";
import { startServices, type ServicesProcess } from "./services-process.ts";

/** Pilots as processes of this machine, kept by a process of its own. */

test.setTimeout(150_000);

let keeper: ServicesProcess<unknown> | null = null;

test.afterEach(async () => {
  await keeper?.stop();
  keeper = null;
});

test("pilots come with the work, are replaced when one is killed, and go when people say so", async ({
  services,
  api,
  page,
}) => {
  await keep(services, { min: 0, max: 2, labels: ["pilots"], idleMinutes: 5 });
  await page.goto("/digesters");
  const section = page.getByRole("region", { name: "Pilots of test" });
  await expect(section).toContainText("0 pilots wanted, 0 running. Nothing waits.");

  const source = join(services.dataDir, "files", "large");
  await writeLargeMatrix(source, { markers: 30_000, samples: 1000 });
  for (const key of ["one", "two"]) {
    const destination = join(services.dataDir, "loader", "digest", key);
    const instructions = datasetInstruction(source, destination);
    await api.post("/api/v1/instructions", { data: { key, instructions, labels: ["pilots"] } });
  }
  const job = async (key: string) => (await api.get(`/api/v1/jobs/${key}`)).json();
  await expect(section.getByRole("row", { name: /pilot-test-\w+ running/ })).toHaveCount(2, {
    timeout: 30_000,
  });
  const begun = { timeout: 30_000, intervals: [20] };
  await expect.poll(async () => (await job("one")).status, begun).toBe("in_progress");
  const { digester } = await job("one");
  expect(digester).toMatch(/^pilot-test-/);
  const { digesters } = DigesterList.parse(await (await api.get("/api/v1/digesters")).json());
  const pid = digesters.find(({ id }) => id === digester)?.status?.pid ?? 0;
  process.kill(pid, "SIGKILL");
  await expect(section.getByRole("row", { name: new RegExp(`${digester} ended`) })).toContainText(
    "It was ended by SIGKILL.",
  );
  for (const key of ["one", "two"]) {
    await expect.poll(async () => (await job(key)).status, { timeout: 60_000 }).toBe("completed");
  }
  expect((await job("one")).attempt).toBe(2);
  expect((await job("one")).digester).toMatch(/^pilot-test-/);

  await section.getByLabel("At most").fill("0");
  await section.getByRole("button", { name: "Set", exact: true }).click();
  await expect(section).toContainText("0 running", { timeout: 20_000 });
  await expect(section.getByRole("row", { name: /running/ })).toHaveCount(0, { timeout: 20_000 });
  const chart = page.getByRole("region", { name: "Nodes gained and lost" });
  await expect(chart).toContainText("1 lost without a notice", { timeout: 20_000 });
  await section.getByRole("button", { name: "As configured (0 to 2)" }).click();
  await expect(section.getByLabel("At most")).toHaveValue("2");
});

test("a pilot whose time is over leaves by itself, and another one comes", async ({
  services,
  api,
}) => {
  await keep(services, { min: 1, max: 1, walltimeMinutes: 0.25, noticeSeconds: 5 });
  const pilots = async () => {
    const answer = ClusterList.parse(await (await api.get("/api/v1/clusters")).json());
    return answer.clusters.flatMap((cluster) => cluster.pilots);
  };
  const running = async () => (await pilots()).filter(({ state }) => state === "running");
  await expect.poll(async () => (await running()).length, { timeout: 20_000 }).toBe(1);
  const [first] = await running();
  await expect
    .poll(async () => (await running()).map(({ id }) => id), { timeout: 45_000 })
    .toEqual([expect.not.stringContaining(first?.id ?? "none")]);
  const ended = (await pilots()).find(({ id }) => id === first?.id);
  expect(ended).toMatchObject({ state: "ended", reason: "It ended with exit code 0." });
  const Told = z.object({ events: z.array(z.looseObject({ type: z.string() })) });
  const path = `/api/v1/digesters/${first?.id ?? ""}/events`;
  const { events } = Told.parse(await (await api.get(path)).json());
  expect(events.map(({ type }) => type)).toEqual(["digester_attached", "digester_detached"]);
});

test("a web service and digester in one process keep pilots beside them", async () => {
  const place = await mkdtemp(join(tmpdir(), "digester-all-"));
  const config = await configured(place, { min: 1, max: 1 });
  const all = await startServices(["all", "--port", "0", "--data", place, "--config", config], {
    XDG_DATA_HOME: place,
  });
  try {
    const { url, token } = all.announcement;
    const running = async (): Promise<string[]> => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await (await fetch(`${url}/api/v1/clusters`, { headers })).json();
      const pilots = ClusterList.parse(answer).clusters.flatMap((cluster) => cluster.pilots);
      return pilots.filter(({ state }) => state === "running").map(({ id }) => id);
    };
    await expect
      .poll(running, { timeout: 30_000 })
      .toEqual([expect.stringMatching(/^pilot-test-/)]);
  } finally {
    expect(await all.stop()).toBe(0);
    await rm(place, { recursive: true });
  }
});

async function keep(
  { url, token, dataDir }: { url: string; token: string; dataDir: string },
  cluster: object,
): Promise<void> {
  const place = join(dataDir, "..", `pilots-${process.pid}-${Date.now()}`);
  await mkdir(place, { recursive: true });
  const file = await configured(place, cluster);
  const where = ["--config", file, "--web", url, "--token", token];
  keeper = await startServices<unknown>(["cluster", ...where], { XDG_DATA_HOME: place });
}

/** Writes a configuration with a section for pilots of this machine; returns its path. */
async function configured(place: string, cluster: object): Promise<string> {
  const file = join(place, "cluster.json");
  const stateDir = join(place, "nodes");
  const section = { name: "test", provider: "local", workers: 1, stateDir, ...cluster };
  await writeFile(file, JSON.stringify({ cluster: section }));
  return file;
}
