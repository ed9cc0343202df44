import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLowdbStore } from "./lowdb-store.ts";
import type { Store } from "./store.ts";

/** Random in appearance, the same in each run. */
const killedAfter = [3, 60, 140, 31];

describe("a process that writes to the store", () => {
  let directory: string;
  let script: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "kill-"));
    script = join(directory, "writer.mjs");
    await build({
      configFile: false,
      logLevel: "silent",
      build: {
        ssr: fileURLToPath(new URL("./lowdb-store.ts", import.meta.url)),
        outDir: join(directory, "built"),
        target: "node20",
        rollupOptions: { output: { entryFileNames: "lowdb-store.mjs" } },
      },
      ssr: { noExternal: true },
    });
    await writeFile(script, writer);
  });
  afterAll(() => rm(directory, { recursive: true }));

  it(
    "has everything that it confirmed after it was killed, time and again",
    { timeout: 60_000 },
    async () => {
      const folder = join(directory, "store");
      const confirmed = new Set<string>();
      for (const [life, count] of killedAfter.entries()) {
        const child = spawn(process.execPath, [script, folder, String(life)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const exit = once(child, "exit");
        for (const line of await linesUntil(child, count)) confirmed.add(line);
        expect(await exit).toEqual([null, "SIGKILL"]);
      }
      const store = await openLowdbStore(folder, { onWarning: () => {} });
      try {
        expect(confirmed.size).toBeGreaterThan(
          killedAfter.reduce((sum, count) => sum + count, 0) / 2,
        );
        const found: string[] = [];
        for (const line of confirmed) found.push(await tell(store, line));
        expect(found).toEqual([...confirmed]);
      } finally {
        await store.close();
      }
    },
  );
});

/** The line as the store would confirm it now: a job that was completed since counts as submitted as well. */
async function tell(store: Store, line: string): Promise<string> {
  const [key = "", , said = ""] = line.split(" ");
  if (said === "template") {
    const kept = await store.setting("templates");
    return Array.isArray(kept) && kept.includes(key) ? line : `the template ${key} is lost`;
  }
  const job = await store.jobByKey("dev", key);
  if (job === null) return `${key} is lost`;
  if ((await store.instruction(job.id)) === null) return `${key} has lost its instruction`;
  const types = (await store.events(job.id)).map(({ type }) => type);
  const complete = job.status === "completed" ? ["submitted", "settled"] : ["submitted"];
  if (types.join() !== complete.join()) return `${key} has events ${types.join()}`;
  return `${key} ${job.id} ${said === "submitted" ? said : job.status}`;
}

/** What the child has confirmed when it is killed, which is while it writes more. */
async function linesUntil(child: ChildProcess, count: number): Promise<string[]> {
  const { stdout } = child;
  if (stdout === null) throw new Error("the child has no output");
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill("SIGKILL");
  }
  return lines;
}

const writer = `
import { openLowdbStore } from "./built/lowdb-store.mjs";
const [folder, life] = process.argv.slice(2);
const store = await openLowdbStore(folder, { onWarning() {}, compactAtBytes: 20_000, segmentBytes: 50_000 });
const blank = {
  crop: "dev", status: "submitted", step: "submitted", gobiiStatus: "pending", message: null, held: false, priority: 0,
  attempt: 0, callback: 0, digester: null, reason: null, tables: [], source: null, submittedBy: null, submittedAt: 0,
  startedAt: null, settledAt: null, updatedAt: 0, result: null, losses: 0, cancelledBy: null, publishing: false,
  hasInstruction: true, editOf: null, gobii: { type: "load", payloadType: null, contactId: null, datasetIds: null },
  progress: null, bytesRead: null, bytesTotal: null, leaseUntil: null,
};
const say = (line) => process.stdout.write(line + "\\n");
async function run(lane) {
  for (let i = 0; ; i++) {
    const key = ["run", life, lane, i].join("-");
    const { id } = await store.create({ ...blank, key }, { shape: "list", instructions: [] });
    say(key + " " + id + " submitted");
    if (i % 3 === 0) {
      await store.updateSetting("templates", (kept = []) => [...kept, key]);
      say(key + " " + id + " template");
    }
    if (i % 2 === 0) continue;
    await store.update(id, (job) => ({
      job: { ...job, status: "completed", settledAt: 1 },
      events: [{ type: "settled", at: 1, job: id, key, attempt: 0, digester: null, status: "completed" }],
    }));
    say(key + " " + id + " completed");
  }
}
await Promise.all([1, 2, 3].map(run));
`;
