import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { once } from "node:events";
import { z } from "zod";
import type { Seeded } from "./seeded.ts";
import { supervise, type Supervised } from "./supervised.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** A web service and digesters as processes, with a network of their own between each digester and the web service. */
export interface FaultCluster {
  readonly dir: string;
  readonly dataDir: string;
  /** A small file system that can be filled; null where it may not be mounted. */
  readonly smallDisk: string | null;
  readonly web: Supervised;
  readonly digesters: readonly Supervised[];
  /** Between the digester of the same place and the web service, in both directions. */
  readonly networks: ReadonlyArray<readonly TcpProxy[]>;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Asks the web service's own API, not through a network of the above. Throws when there is no good answer. */
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

export interface ClusterOptions {
  readonly digesters: number;
  readonly workers: number;
  /** So many of the digesters ask for their work and fetch its files. @default 0 */
  readonly pulling?: number;
  /** Seconds; null: the product's own. */
  readonly lease: number | null;
  readonly random: Seeded;
}

const smallDiskBytes = 24 * 1024 * 1024;

/**
 * Starts all of it, on the loopback address and in a directory of its own.
 *
 * @throws Error where a process ends before it is ready.
 */
export async function startCluster(options: ClusterOptions): Promise<FaultCluster> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "digester-faults-")));
  const dataDir = join(dir, "data");
  await mkdir(join(dir, "logs"));
  await mkdir(dataDir);
  const smallDisk = await mountSmallDisk(join(dir, "small"));
  const port = await freePort(options.random);
  const names = Array.from({ length: options.digesters }, (_, i) => `node-${i + 1}`);
  const places: Array<{ name: string; own: number; toWeb: TcpProxy; toDigester: TcpProxy }> = [];
  for (const name of names) {
    const own = await freePort(options.random);
    const toWeb = await startTcpProxy(await freePort(options.random), port);
    const toDigester = await startTcpProxy(await freePort(options.random), own);
    places.push({ name, own, toWeb, toDigester });
  }
  const configuration = {
    data: dataDir,
    crops: [{ name: "dev", dataRoots: [dataDir, ...(smallDisk === null ? [] : [smallDisk])] }],
    allowedHosts: places.map(({ toWeb }) => `127.0.0.1:${toWeb.port}`),
    // A job that is killed again and again must not be given up for that: here the killing is no fault of its own.
    retries: { losses: 10_000, tries: 100, firstSeconds: 2, longestSeconds: 5 },
    ...(options.lease === null ? {} : { lease: { seconds: options.lease } }),
  };
  const file = join(dir, "web.json");
  await writeFile(file, JSON.stringify(configuration));
  const log = (name: string): string => join(dir, "logs", `${name}.log`);
  const web = supervise("web", ["web", "--config", file, "--port", String(port)], log("web"));
  const { url, token } = Announcement.parse(JSON.parse(await web.firstLine()));
  const digesters = places.map(({ name, own, toWeb, toDigester }, at) =>
    supervise(
      name,
      // Formatted by pairs of an option and what it says.
      // prettier-ignore
      [
        "digester", "--id", name, "--state", join(dir, name), "--port", String(own),
        "--web", `http://127.0.0.1:${toWeb.port}`, "--token", token,
        "--workers", String(options.workers),
        ...(at < (options.pulling ?? 0)
          ? ["--pull", "--fetch"]
          : ["--advertise", `http://127.0.0.1:${toDigester.port}`]),
      ],
      log(name),
    ),
  );
  await Promise.all(digesters.map((digester) => digester.firstLine()));
  const headers = { authorization: `Bearer ${token}` };
  return {
    dir,
    dataDir,
    smallDisk,
    web,
    digesters,
    networks: places.map(({ toWeb, toDigester }) => [toWeb, toDigester]),
    url,
    headers,
    async get(path, schema) {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(`${url}/api/v1${path}`, { headers, signal });
      if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
      return schema.parse(await response.json());
    },
    async close() {
      await Promise.all([...digesters, web].map((one) => one.close()));
      for (const { toWeb, toDigester } of places) {
        toWeb.close();
        toDigester.close();
      }
      if (smallDisk !== null) await promisify(execFile)("umount", [smallDisk]);
    },
  };
}

/** Removes everything that it wrote. */
export async function removeCluster({ dir }: FaultCluster): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

/** What `services web --json` prints first, as far as it matters here. */
export const Announcement = z.object({ url: z.string(), token: z.string() });

async function mountSmallDisk(path: string): Promise<string | null> {
  await mkdir(path);
  const size = `size=${smallDiskBytes}`;
  const mounted = promisify(execFile)("mount", ["-t", "tmpfs", "-o", size, "tmpfs", path]);
  return mounted.then(
    () => path,
    () => null,
  );
}

/** Below those that systems give to outgoing connections, so that a process that comes back finds its port free. */
export async function freePort(random: Seeded): Promise<number> {
  for (;;) {
    const port = random.between(15_000, 30_000);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
