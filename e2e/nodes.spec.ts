import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "./cluster.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";

/** Nodes that come and go: taken away with a notice, attached by hand, chosen by what they carry. */

test.setTimeout(120_000);

test("a node that hears that it will be taken away hands its job back and ends by itself", async ({
  cluster,
}) => {
  await cluster.startWeb();
  const notice = join(cluster.dataDir, "node-1-ends");
  const options = ["--notice", `file:${notice}`];
  const leaving = await cluster.startDigester("node-1", options);
  const source = join(cluster.dataDir, "files", "large");
  const destination = join(cluster.dataDir, "loader", "digest", "large");
  // Under way for longer than it takes to hear of a notice.
  await writeLargeMatrix(source, { markers: 90_000, samples: 1000 });
  await cluster.submit("large", datasetInstruction(source, destination));
  await cluster.inTheMiddle("large");
  await writeFile(notice, "Reclaimed by the cloud at 12:04\n");

  await expect.poll(() => leaving.log(), { timeout: 20_000 }).toContain("handed back");
  await expect
    .poll(async () => (await cluster.job("large")).digester, { timeout: 20_000 })
    .toBeNull();
  const events = await cluster.events("large");
  const handedBack = events.find(({ type }) => type === "handed_back");
  expect(handedBack?.message).toContain("Reclaimed by the cloud at 12:04");
  expect(await leaving.stop()).toBe(0);
  // Whoever starts it anew before the machine is gone does not get it any work.
  const said = await cluster.run("digester", ...options);
  expect(said).toContain("no digester was started. Reclaimed by the cloud at 12:04");

  await rm(notice);
  await cluster.startDigester("node-1", options);
  expect(await cluster.settled("large", 60_000)).toMatchObject({ status: "completed" });
  expect(await readdir(join(destination, ".."))).toEqual(["large"]);
});

test("a digester that listens is attached by its URL and token, and gets what asks for its labels", async ({
  cluster,
}) => {
  await cluster.startWeb();
  await cluster.startDigester("plain");
  const instruction = join(cluster.dataDir, "wheat.json");
  const source = join(cluster.dataDir, "files", "wheat");
  const destination = join(cluster.dataDir, "loader", "digest", "wheat");
  await writeLargeMatrix(source, { markers: 100, samples: 10 });
  await writeFile(instruction, JSON.stringify(datasetInstruction(source, destination)));
  await cluster.run("submit", instruction, "--label", "wheat", "--label", "big-memory");
  const reason = async (): Promise<string | null> => (await cluster.job("wheat")).reason;
  await expect.poll(reason).toContain("carries all of the labels wheat, big-memory");

  const lone = await cluster.startLoneDigester("lone", ["--label", "big-memory", "wheat", "gpu"]);
  const { url, token } = lone.announcement;
  expect(await cluster.run("digesters", "attach", url, token)).toContain("lone at");
  expect(await cluster.settled("wheat", 30_000)).toMatchObject({
    status: "completed",
    digester: "lone",
    labels: ["wheat", "big-memory"],
  });
  expect(await cluster.run("digesters", "list")).toMatch(/lone .*takes work.*big-memory wheat gpu/);

  await cluster.run("digesters", "drain", "lone");
  await expect.poll(() => cluster.run("digesters", "list")).toMatch(/lone .*draining/);
  await cluster.run("digesters", "undrain", "lone");
  await cluster.run("digesters", "detach", "lone");
  expect(await cluster.run("digesters", "list")).not.toContain("lone");
  await expect(cluster.run("digesters", "attach", url, "wrong")).rejects.toThrow();
});
