import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { DigesterStatus } from "../../contract/digester.ts";
import { startDigester, type DigesterOptions, type RunningDigester } from "../start.ts";
import type { WorkerPool } from "../worker-pool.ts";
import {
  makeDispatch,
  makeResult,
  silentLog,
  startCallbackServer,
  temporaryDirectory,
} from "./fakes.ts";

/** Digests at once, or when `opened` does, or never when it is told to stop before. */
export function fakePool(opened: Promise<void> = Promise.resolve()): WorkerPool {
  return {
    workers: 1,
    run: async ({ outDir }, { onPhase }, signal) => {
      onPhase({ gobiiStatus: "validation", message: "Beginning Validation" });
      const stopped = new Promise<"stopped">((resolve) => {
        signal.addEventListener("abort", () => resolve("stopped"));
      });
      if ((await Promise.race([opened, stopped])) === "stopped") return { kind: "stopped" };
      await writeFile(join(outDir, "digest.marker"), "name\n");
      return { kind: "done", result: makeResult() };
    },
    close: async () => undefined,
  };
}

/** One that ends with the test, and publishes by renaming. */
export async function start(
  given: Partial<DigesterOptions> & { pool?: WorkerPool } = {},
): Promise<RunningDigester & { state: string }> {
  const { pool = fakePool(), ...more } = given;
  const state = more.stateDir ?? (await temporaryDirectory());
  const digester = await startDigester({
    workers: 1,
    workerKind: "process",
    workerPath: "not used",
    dataRoots: null,
    stateDir: state,
    log: silentLog,
    version: "1.2.3",
    replace: {
      pool,
      publisher: {
        publish: async (staging, destination) => {
          await rename(staging, destination);
          return true;
        },
        finishPublish: async () => undefined,
      },
    },
    ...more,
  });
  onTestFinished(() => digester.close());
  return { ...digester, state };
}

/** A call of its API, with its token. */
export async function call(
  { url, token }: RunningDigester,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

export async function statusOf(digester: RunningDigester, since?: number): Promise<DigesterStatus> {
  const query = since === undefined ? "" : `?since=${since}`;
  return DigesterStatus.parse((await call(digester, "GET", `/status${query}`)).body);
}

/** Somebody else who sends it jobs, and listens to what becomes of them. */
export async function foreignCaller() {
  const caller = await startCallbackServer();
  onTestFinished(() => caller.go());
  const root = await temporaryDirectory();
  const dispatch = (job: number, more: Parameters<typeof makeDispatch>[0] = {}) =>
    makeDispatch({ job, url: caller.url, destination: join(root, `out-${job}`), ...more });
  const outcomeOf = (job: number): string | undefined =>
    caller.patches.findLast((told) => told.job === job && told.patch.status !== undefined)?.patch
      .status;
  return { caller, root, dispatch, outcomeOf };
}
