import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createLog } from "../log.ts";
import { startWeb, type RunningWeb, type WebOptions } from "../start.ts";
import { createMemoryStore } from "../store/memory-store.ts";

export interface TestWeb extends RunningWeb {
  readonly dataDir: string;
  /** Asks with the token and reads JSON. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>;
}

/** Whatever an answer holds: what it is, the test says. */
type Json = ReturnType<typeof JSON.parse>;

export async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "digester-web-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A web service on a free port with a store in memory, which ends with the test. */
export async function runningWeb(options: Partial<WebOptions> = {}): Promise<TestWeb> {
  const dataDir = options.dataDir ?? (await temporaryDir());
  const web = await startWeb({
    port: 0,
    consoleDir: null,
    samplesDir: null,
    version: "1.2.3",
    openStore: async () => createMemoryStore(),
    log: createLog("silent"),
    closeMs: 500,
    ...options,
    dataDir,
  });
  onTestFinished(() => web.close());
  return {
    ...web,
    dataDir,
    async ask(method, path, body) {
      const response = await fetch(web.url + path, {
        method,
        headers: {
          authorization: `Bearer ${web.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
  };
}

/** An instruction of one table that lies in the data directory. */
export function markerInstruction(dataDir: string, run = "run1") {
  return [
    {
      table: "marker",
      gobiiFile: {
        source: join(dataDir, "files", run),
        destination: join(dataDir, "digest", run),
        delimiter: "\\t",
        gobiiFileType: "GENERIC",
      },
      gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUMN", rCoord: 1, cCoord: 0, name: "name" }],
    },
  ];
}
