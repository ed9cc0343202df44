import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { finishPublish, publish } from "../gate/publish.ts";
import { openAttemptJournal } from "./attempt-journal.ts";
import { createRecovery } from "./recovery.ts";
import { silentLog, temporaryDirectory } from "./testing/fakes.ts";

const target = { url: "http://127.0.0.1:9", token: "t" };
const completion = { digester: "node-1", attempt: 1, callback: 5, status: "completed" } as const;

/** As after a digester was killed while it published on a disk that is full now, and has room at the second try. */
async function leftOnFullDisk(completed: typeof completion | null) {
  const root = await temporaryDirectory();
  const staging = join(root, ".digester-62-1-0123456789abcdef0123");
  const destination = join(root, "out");
  await mkdir(staging);
  await writeFile(join(staging, "digest.marker"), "name\n");
  const { journal } = await openAttemptJournal(join(await temporaryDirectory(), "attempts.ndjson"));
  const left = { staging, destination, made: null, job: 62, attempt: 1, target };
  let tries = 0;
  const settled: number[] = [];
  const recovery = createRecovery([{ ...left, completion: completed }], {
    journal,
    deliver: async () => ({ kind: "accepted", cancel: false }),
    outbox: {
      settle: async (_target, job) => {
        settled.push(job);
      },
    },
    publisher: {
      publish,
      finishPublish: async (path) => {
        tries += 1;
        if (tries === 1) throw Object.assign(new Error("full"), { code: "ENOSPC" });
        await finishPublish(path);
      },
    },
    log: silentLog,
  });
  return { root, recovery, journal, settled };
}

it.each([
  ["a publish", completion, [62], ["out"]],
  ["the removal of a directory", null, [], []],
])("tries %s again that a full disk kept from its end", async (_what, completed, told, stays) => {
  const { root, recovery, journal, settled } = await leftOnFullDisk(completed);
  await recovery.run();
  expect(recovery.isDone()).toBe(false);
  await recovery.run();
  await journal.close();
  expect(recovery.isDone()).toBe(true);
  expect(settled).toEqual(told);
  expect(await readdir(root)).toEqual(stays);
});
