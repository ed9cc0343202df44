import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAppendLog } from "./append-log.ts";
import { temporaryDirectory } from "./testing/fakes.ts";

async function openLog() {
  const path = join(await temporaryDirectory(), "log.ndjson");
  const log = await openAppendLog(path, () => []);
  return { log, lines: async () => (await readFile(path, "utf8")).split("\n").filter(Boolean) };
}

it("writes lines in their order, those that may wait with the next one", async () => {
  const { log, lines } = await openLog();
  const waiting = log.add(1, "soon");
  const written = log.add(2, "written");
  await Promise.all([waiting, written]);
  expect(await lines()).toEqual(["1", "2"]);
  await log.add(3, "on_disk");
  expect(await lines()).toEqual(["1", "2", "3"]);
  await log.close();
});

it("writes a line that may wait although no other comes, again and again", async () => {
  const { log, lines } = await openLog();
  await log.add(1, "soon");
  await log.add(2, "soon");
  // Such a line may be taken along by the one before it, and its time come when nothing is left to do.
  await Promise.all([log.add(3, "written"), log.add(4, "soon")]);
  await log.add(5, "soon");
  await log.add(6, "written");
  expect(await lines()).toEqual(["1", "2", "3", "4", "5", "6"]);
  await log.close();
});

it("keeps what waits when it is closed", async () => {
  const { log, lines } = await openLog();
  const waiting = log.add(1, "soon");
  await log.close();
  await waiting;
  expect(await lines()).toEqual(["1"]);
});
