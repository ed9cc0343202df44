import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { JobPatch } from "../../contract/callback.ts";
import type { Dispatch } from "../../contract/digester.ts";
import { readInstruction } from "../../contract/instruction.ts";
import type { DigestResult } from "../../contract/result.ts";

/** Stand-ins that the tests of the digester share. */

export const silentLog = pino({ level: "silent" });

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "digester-test-"));
}

export interface CallbackServer {
  readonly url: string;
  readonly patches: Array<{ job: number; patch: JobPatch }>;
  /** Decides on each patch; 200 without cancelling unless set. */
  answer: (job: number, patch: JobPatch) => { status: number; body?: unknown };
  /** Stops answering, as a web service that is away; `come` brings it back at the same address. */
  go(): Promise<void>;
  come(): Promise<void>;
}

/** A caller that offers nothing but `PATCH {url}/job/{id}`. */
export async function startCallbackServer(token = "callback-token"): Promise<CallbackServer> {
  const patches: CallbackServer["patches"] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const text = await bodyOf(request);
      const job = /^\/cb\/job\/(\d+)$/.exec(request.url ?? "")?.[1];
      const isAuthorized = request.headers.authorization === `Bearer ${token}`;
      if (request.method !== "PATCH" || job === undefined || !isAuthorized) {
        response.writeHead(isAuthorized ? 404 : 401).end();
        return;
      }
      const patch = JobPatch.parse(JSON.parse(text));
      const { status, body } = self.answer(Number(job), patch);
      if (status === 200) patches.push({ job: Number(job), patch });
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    })();
  });
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  const port = await listen(0);
  const self: CallbackServer = {
    url: `http://127.0.0.1:${port}/cb`,
    patches,
    answer: () => ({ status: 200 }),
    go: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    come: async () => {
      await listen(port);
    },
  };
  return self;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** A marker table that reads `source` into `destination`. */
export function makeDispatch(
  given: Partial<Dispatch> & { source?: string; destination?: string; url?: string } = {},
): Dispatch {
  const { source = "/in/markers.txt", destination = "/out/markers", url, ...rest } = given;
  return {
    job: 1,
    key: "markers",
    attempt: 1,
    priority: 0,
    front: null,
    submittedBy: null,
    submittedAt: "2026-11-24T09:00:00.000Z",
    instruction: readInstruction([
      {
        table: "marker",
        gobiiFile: { source, destination, delimiter: "\\t", gobiiFileType: "GENERIC" },
        gobiiFileColumns: [
          { gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 },
          { gobiiColumnType: "CONSTANT", name: "platform_id", constantValue: "1" },
        ],
      },
    ]),
    callback: { url: url ?? "http://127.0.0.1:9/cb", token: "callback-token" },
    ...rest,
  };
}

export function makeResult(given: Partial<DigestResult> = {}): DigestResult {
  return {
    status: "completed",
    tables: [],
    matrix: null,
    validation: [],
    errors: [],
    errorCount: 0,
    warnings: [],
    durationMs: 1,
    bytesRead: 0,
    ...given,
  };
}

/** Waits until `condition` holds, and fails with `what` when it does not within five seconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Not in time: ${what}`);
}

/** A promise that a test resolves. */
export function createGate(): { opened: Promise<void>; open(): void } {
  const opening = new AbortController();
  return {
    opened: new Promise((resolve) => {
      opening.signal.addEventListener("abort", () => resolve());
    }),
    open: () => opening.abort(),
  };
}
