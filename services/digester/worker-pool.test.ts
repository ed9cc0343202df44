import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { toLoad, type Load } from "../contract/load.ts";
import { buildWorker } from "./testing/build-worker.ts";
import { makeDispatch, temporaryDirectory, until } from "./testing/fakes.ts";
import { crashReason, createWorkerPool, type DigestListener } from "./worker-pool.ts";
import type { WorkerRequest } from "./worker-protocol.ts";

let worker: Awaited<ReturnType<typeof buildWorker>>;
let large: string;

beforeAll(async () => {
  worker = await buildWorker();
  large = join(await temporaryDirectory(), "large.txt");
  const lines = Array.from({ length: 20_000 }, (_, i) => `marker${i}\tA\tC\n`).join("");
  await writeFile(large, "name\tref\talt\n");
  // Some seconds of work, which every test below cuts short.
  for (let i = 0; i < 150; i += 1) await appendFile(large, lines);
}, 120_000);

afterAll(() => worker.remove());

const silent: DigestListener = { onPhase: () => undefined, onProgress: () => undefined };

async function requestFor(source: string): Promise<WorkerRequest> {
  const destination = join(await temporaryDirectory(), "out");
  const outDir = `${destination}.staging`;
  await mkdir(outDir);
  const { instruction } = makeDispatch({ source, destination });
  return {
    load: toLoad(instruction),
    outDir,
    publishDir: destination,
    knownDatabase: null,
    knownFiles: null,
    settings: {},
  };
}

async function smallRequest(): Promise<WorkerRequest> {
  const source = join(await temporaryDirectory(), "markers.txt");
  await writeFile(source, "name\tref\nm1\tA\nm2\tC\n");
  return requestFor(source);
}

async function hostileSource(): Promise<string> {
  const source = join(await temporaryDirectory(), "markers.txt");
  await writeFile(source, `name\tref\n${"a".repeat(60)}b\tA\n`);
  return source;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The same load, of a table that refers to samples. */
function runsOfSamples(load: Load): Load {
  const [first] = load.tables;
  const [name] = first?.columns ?? [];
  if (first === undefined || name === undefined) throw new Error("the load has no column");
  const constants = ["name", "project_id", "experiment_id"].map((column) => ({
    ...name,
    type: "CONSTANT" as const,
    name: column,
    constantValue: "1",
  }));
  const columns = [{ ...name, name: "dnasample_name" }, ...constants];
  return { ...load, tables: [{ ...first, table: "dnarun", columns }] };
}

/** The same load with an expression that tries the same characters in many ways. */
function hostile(load: Load): Load {
  const tables = load.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({ ...column, findText: "(a+)+$", replaceText: "" })),
  }));
  return { ...load, tables };
}

/** A pool whose workers' pids are known. */
function makePool(kind: "process" | "thread", workers = 1) {
  const pids: number[] = [];
  const log = pino(
    { level: "debug" },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        const { pid, msg } = JSON.parse(chunk.toString()) as { pid: number; msg: string };
        if (msg === "A worker has begun") pids.push(pid);
        done();
      },
    }),
  );
  const pool = createWorkerPool({ workerPath: worker.path, kind, workers, log });
  onTestFinished(() => pool.close());
  return { pool, pids };
}

describe.each(["process", "thread"] as const)("workers that are a %s", (kind) => {
  it("digest, tell phases and progress, and are kept for the next job", async () => {
    const { pool, pids } = makePool(kind);
    const phases: string[] = [];
    const listener = {
      ...silent,
      onPhase: ({ message }: { message: string }) => phases.push(message),
    };
    const request = await smallRequest();
    const end = await pool.run(request, listener, new AbortController().signal);
    expect(end).toMatchObject({ kind: "done", result: { status: "completed", errors: [] } });
    expect(await readFile(join(request.outDir, "digest.marker"), "utf8")).toBe(
      "name\tplatform_id\nm1\t1\nm2\t1\n",
    );
    expect(phases[0]).toBe("Beginning Validation");
    const second = await pool.run(await smallRequest(), silent, new AbortController().signal);
    expect(second.kind).toBe("done");
    expect(pids).toHaveLength(2);
    expect(pids[0]).toBe(pids[1]);
  }, 60_000);

  it("know what the files of earlier loads name, and nothing else then", async () => {
    const { pool } = makePool(kind);
    const source = join(await temporaryDirectory(), "runs.txt");
    await writeFile(source, "sample\nann\nbob\n");
    const path = join(await temporaryDirectory(), "digest.dnasample");
    await writeFile(path, "project_id\tname\tnum\n1\tann\t1\n");
    const request = await requestFor(source);
    const ofRuns = { ...request, load: runsOfSamples(request.load) };
    const never = new AbortController().signal;
    const knownFiles = [{ table: "dnasample", path }];
    expect(await pool.run({ ...ofRuns, knownFiles }, silent, never)).toMatchObject({
      kind: "done",
      result: {
        status: "failed",
        validation: [{ failures: [{ columnName: ["dnasample_name"], values: ["bob"] }] }],
      },
    });
    const all = await pool.run(ofRuns, silent, never);
    expect(all).toMatchObject({ kind: "done", result: { status: "completed" } });
  }, 60_000);

  it("stop when told to, leave nothing, and go on with the next job", async () => {
    const { pool, pids } = makePool(kind);
    const stop = new AbortController();
    const request = await requestFor(large);
    const listener = { ...silent, onProgress: () => stop.abort() };
    expect(await pool.run(request, listener, stop.signal)).toEqual({ kind: "stopped" });
    expect(await readdir(request.outDir)).toEqual([]);
    const next = await pool.run(await smallRequest(), silent, new AbortController().signal);
    expect(next.kind).toBe("done");
    // Persuaded, not killed.
    expect(new Set(pids).size).toBe(1);
  }, 60_000);

  it("stop within two seconds when told to in the midst of one endless match", async () => {
    const { pool, pids } = makePool(kind);
    const stop = new AbortController();
    const request = await requestFor(await hostileSource());
    const load = hostile(request.load);
    const ended = pool.run({ ...request, load }, silent, stop.signal);
    await until(() => pids.length === 1, "the worker has begun");
    // The match takes longer than the age of the universe, and ten seconds before the digest itself gives up on it.
    await sleep(1000);
    stop.abort();
    const inTime = sleep(2000).then(() => "too late");
    expect(await Promise.race([ended, inTime])).toEqual({ kind: "stopped" });
    if (kind === "process") await until(() => !isAlive(pids[0] ?? 0), "the worker is gone");
    const next = await pool.run(await smallRequest(), silent, new AbortController().signal);
    expect(next.kind).toBe("done");
  }, 60_000);

  it("stop also when told so before they began", async () => {
    const { pool } = makePool(kind);
    const end = await pool.run(await requestFor(large), silent, AbortSignal.abort());
    expect(end).toEqual({ kind: "stopped" });
  }, 60_000);
});

describe("worker processes", () => {
  it("fail only their own job when they are killed, and are replaced", async () => {
    const { pool, pids } = makePool("process", 2);
    const kill = { ...silent, onProgress: () => process.kill(pids[0] ?? 0, "SIGKILL") };
    const never = new AbortController().signal;
    const killed = pool.run(await requestFor(large), kill, never);
    await until(() => pids.length === 1, "the first worker has begun");
    const other = pool.run(await smallRequest(), silent, never);
    expect((await other).kind).toBe("done");
    const end = await killed;
    expect(end).toMatchObject({ kind: "crashed", reason: expect.stringContaining("SIGKILL") });
    for (let i = 0; i < 2; i += 1) {
      expect((await pool.run(await smallRequest(), silent, never)).kind).toBe("done");
    }
  }, 60_000);

  it("that died while they were idle cost nobody a job", async () => {
    const { pool, pids } = makePool("process");
    const never = new AbortController().signal;
    await pool.run(await smallRequest(), silent, never);
    process.kill(pids[0] ?? 0, "SIGKILL");
    expect((await pool.run(await smallRequest(), silent, never)).kind).toBe("done");
  }, 60_000);
});

const report = (code: string, signal: string): Error =>
  new Error(
    `Workerpool Worker terminated Unexpectedly\n exitCode: \`${code}\`\n signalCode: \`${signal}\`\n`,
  );

describe("the reason of a crash", () => {
  it("names the signal or the exit code", () => {
    expect(crashReason(report("null", "SIGKILL"), "")).toContain("(signal SIGKILL)");
    expect(crashReason(report("7", "null"), "")).toContain("(exit code 7)");
  });

  it("tells when memory ran out", () => {
    const words =
      "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
    expect(crashReason(report("null", "SIGABRT"), words)).toContain("ran out of memory");
  });
});
