import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DigesterList } from "../services/contract/api.ts";
import { expect, test, type Cluster } from "./cluster.ts";
import { expectCompletedOnce, expectWholeDigest, submitLargeMatrix } from "./large-job.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";

/** Digesters that do not see the data: they fetch it from the web service and return what came of it. */

test.setTimeout(150_000);

const fetching = ["--pull", "--fetch", "--workers", "1"];

/** Waits until this stands in one of the job's events. */
async function said(cluster: Cluster, key: string, text: string): Promise<void> {
  const messages = async () => (await cluster.events(key)).map(({ message }) => message ?? "");
  const found = async () => (await messages()).some((message) => message.includes(text));
  await expect.poll(found, { timeout: 60_000, intervals: [20] }).toBe(true);
}

const leftHere = (cluster: Cluster, name: string): Promise<string[]> =>
  readdir(join(cluster.stateDir(name), "fetched")).catch(() => []);

async function movedBytes(url: string, token: string, what: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const line = new RegExp(`^digester_web_${what}_bytes_total (\\d+)`, "m");
  return Number(line.exec(await response.text())?.[1] ?? 0);
}

test("a digest made of fetched copies is the same, names what the instruction names, and leaves nothing", async ({
  cluster,
}) => {
  const web = await cluster.startWeb();
  await cluster.startDigester("far", fetching);
  const destination = await submitLargeMatrix(cluster);
  const job = await cluster.settled("large", 120_000);
  expect(job).toMatchObject({ status: "completed", attempt: 1, digester: "far" });
  await expectWholeDigest(cluster, destination);
  expect(job.result?.tables.map(({ file }) => file)).toContain(join(destination, "digest.matrix"));
  await said(cluster, "large", "Fetching 1 file");
  await said(cluster, "large", "Returning");
  const { url, token } = web.announcement;
  expect(await movedBytes(url, token, "fetched")).toBeGreaterThan(100_000_000);
  expect(await movedBytes(url, token, "returned")).toBeGreaterThan(80_000_000);
  expect(await leftHere(cluster, "far")).toEqual([]);

  const source = join(cluster.dataDir, "files", "bad");
  await writeLargeMatrix(source, { markers: 20, samples: 5 });
  await writeFile(join(source, "large.txt"), "marker\tS1\nM1\tA/A\tG/G\n");
  await cluster.submit("bad", datasetInstruction(source, join(cluster.dataDir, "digest", "bad")));
  const failed = await cluster.settled("bad", 60_000);
  expect(failed.status).toBe("failed");
  expect(JSON.stringify(failed)).not.toContain("fetched/");
  await cluster.submit("none", datasetInstruction(join(source, "none"), destination));
  expect((await cluster.settled("none", 60_000)).reason).toContain("There is no such file");
  await expectWholeDigest(cluster, destination);
});

for (const [when, text] of [
  ["fetches", "Fetching 1 file"],
  ["returns", "Returning"],
] as const) {
  test(`killed while it ${when}, it does the job again, and nothing half is left`, async ({
    cluster,
  }) => {
    const web = await cluster.startWeb();
    const far = await cluster.startDigester("far", fetching);
    const destination = await submitLargeMatrix(cluster);
    await said(cluster, "large", text);
    await far.kill();
    await cluster.startDigester("far", fetching);
    const job = await cluster.settled("large", 120_000);
    expect(job).toMatchObject({ status: "completed", attempt: 2 });
    expectCompletedOnce(await cluster.events("large"), 2);
    await expectWholeDigest(cluster, destination);
    expect(await leftHere(cluster, "far")).toEqual([]);
    if (when === "fetches") return;
    await said(cluster, "large", "are here from an earlier attempt");
    const { size } = await stat(join(cluster.dataDir, "files", "large", "large.txt"));
    const { url, token } = web.announcement;
    expect(await movedBytes(url, token, "fetched")).toBe(size);
  });

  test(`a web service killed while one ${when} is waited for, and nothing is repeated`, async ({
    cluster,
  }) => {
    const web = await cluster.startWeb();
    await cluster.startDigester("far", fetching);
    const destination = await submitLargeMatrix(cluster);
    await said(cluster, "large", text);
    await web.kill();
    await cluster.startWeb();
    const job = await cluster.settled("large", 120_000);
    expect(job).toMatchObject({ status: "completed", attempt: 1 });
    expectCompletedOnce(await cluster.events("large"), 1);
    await expectWholeDigest(cluster, destination);
  });
}

test("one that sleeps while it returns cannot publish when it wakes up", async ({ cluster }) => {
  await cluster.startWeb();
  const sleeper = await cluster.startDigester("sleeper", fetching);
  const destination = await submitLargeMatrix(cluster);
  await said(cluster, "large", "Returning");
  sleeper.signal("SIGSTOP");
  await cluster.startDigester("near");
  const job = await cluster.settled("large", 120_000);
  expect(job).toMatchObject({ status: "completed", attempt: 2, digester: "near" });
  const matrix = await readFile(join(destination, "digest.matrix"));
  sleeper.signal("SIGCONT");
  await expect.poll(() => leftHere(cluster, "sleeper"), { timeout: 30_000 }).toEqual([]);
  expect(matrix.equals(await readFile(join(destination, "digest.matrix")))).toBe(true);
  await expectWholeDigest(cluster, destination);
});

test("who sees the data goes first", async ({ cluster }) => {
  await cluster.startWeb();
  await cluster.startDigester("far", fetching);
  await cluster.startDigester("near", ["--workers", "1"]);
  // Whoever has not been heard from yet gets nothing.
  const heard = async (): Promise<boolean[]> => {
    const { digesters } = await cluster.ask(DigesterList, "GET", "/digesters");
    return digesters.map(({ status }) => status !== null);
  };
  await expect.poll(heard).toEqual([true, true]);
  const source = join(cluster.dataDir, "files", "small");
  await writeLargeMatrix(source, { markers: 20, samples: 5 });
  for (let n = 0; n < 3; n++) {
    const key = `k${n}`;
    await cluster.submit(key, datasetInstruction(source, join(cluster.dataDir, "digest", key)));
    expect(await cluster.settled(key, 60_000)).toMatchObject({ digester: "near" });
  }
});
