import { mkdtemp, realpath, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import pino from "pino";
import type { Crop, Role } from "../crop.ts";
import { gobiiSessions } from "../gobii-sessions.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import type { Store } from "../store/store.ts";
import { gobiiRouter } from "./router.ts";

/** The GOBii face on a port of its own, with a memory store and a data root that goes away, for tests. */
export interface Face {
  readonly port: number;
  readonly root: string;
  readonly crop: Crop;
  readonly store: Store;
  /** The time by which tokens expire. */
  readonly clock: { now: number };
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  signIn(name?: string): Promise<string>;
  close(): Promise<void>;
}

export interface FaceOptions {
  readonly crop?: Partial<Crop>;
  /** Their roles; all have the same password. @default one who may submit */
  readonly users?: Readonly<Record<string, Role>>;
  readonly maxUploadMbytes?: number;
  /** @default any that is free */
  readonly port?: number;
}

interface CallOptions {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a text as UTF-8. */
  readonly body?: object | string | Buffer;
}

export interface Reply {
  readonly status: number;
  /** Names and values in turn, as they crossed the wire. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What the tests look at in an envelope. */
export interface Envelope {
  payload: {
    linkCollection: {
      linksPerDataItem: Array<{ href: string; description: string; methods: string[] }>;
    };
    data: Array<Record<string, unknown>>;
  };
  header: {
    dtoHeaderAuth: Record<string, unknown>;
    status: {
      succeeded: boolean;
      statusMessages: Array<{
        gobiiStatusLevel: string;
        gobiiValidationStatusType: string;
        message: string;
      }>;
      statusMessagesByCode: Record<string, string>;
    };
    gobiiVersion: string | null;
    cropType: string | null;
  };
}

export const user = "USER_READER";
export const password = "reader";
export const base = "/gobii-dev//gobii/v1";
/** The time of every request. */
export const now = Date.UTC(2026, 10, 24, 12);

export async function startFace(options: FaceOptions = {}): Promise<Face> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "gobii-face-")));
  const crop: Crop = {
    name: "dev",
    contextPath: "/gobii-dev",
    dataRoots: [root],
    excluded: [join(root, ".store")],
    ...options.crop,
  };
  const clock = { now };
  const store = createMemoryStore();
  const app = express();
  app.use(
    crop.contextPath,
    gobiiRouter({
      crop,
      store,
      users: {
        verify: async (name, word) => {
          const role = (options.users ?? { [user]: "submit" })[name];
          return role === undefined || word !== password ? null : { name, role, everywhere: true };
        },
      },
      sessions: gobiiSessions({ now: () => clock.now }),
      ...(options.maxUploadMbytes === undefined
        ? {}
        : { maxUploadMbytes: options.maxUploadMbytes }),
      now: () => now,
      advertised: { host: "compute.example.org", port: 8080 },
      log: pino({ level: "silent" }),
    }),
  );
  const server = createServer(app);
  const port = await listen(server, options.port ?? 0);
  const call: Face["call"] = (method, path, given = {}) => send(port, method, path, given);

  return {
    port,
    root,
    crop,
    store,
    clock,
    call,
    async signIn(name = user) {
      const reply = await call("POST", `${base}/auth`, {
        headers: { "X-Username": name, "X-Password": password },
        body: "empty",
      });
      const token = reply.headers["x-auth-token"];
      if (typeof token !== "string") throw new Error("signing in gave no token");
      return token;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await store.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function listen(server: Server, wanted: number): Promise<number> {
  return new Promise((fulfil, reject) => {
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      fulfil(address.port);
    });
  });
}

export function send(
  port: number,
  method: string,
  path: string,
  { token, headers, body }: CallOptions,
): Promise<Reply> {
  return new Promise((fulfil, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: {
          Accept: "application/json",
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(token === undefined ? {} : { "X-Auth-Token": token }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          fulfil({
            status: response.statusCode ?? 0,
            rawHeaders: response.rawHeaders,
            headers: response.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(
      typeof body === "object" && !Buffer.isBuffer(body) ? JSON.stringify(body) : (body ?? ""),
    );
  });
}

/** The envelope of a reply, which must be labelled as the real clients need it. */
export function envelopeOf(reply: Reply): Envelope {
  if (reply.headers["content-type"] !== "application/json;charset=UTF-8") {
    throw new Error(`not an envelope: ${reply.status} ${reply.text}`);
  }
  return JSON.parse(reply.text) as Envelope;
}

/** The message texts of a failed reply, without the format around them. */
export function messagesOf(reply: Reply): string[] {
  return envelopeOf(reply).header.status.statusMessages.map(
    ({ message }) => message.replace(/^MESSAGE: /, "").split(";\n EXCEPTION STACK")[0] ?? "",
  );
}
