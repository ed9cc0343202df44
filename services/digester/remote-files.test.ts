import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { chunkBytes } from "../contract/remote-files.ts";
import { createRemoteFiles } from "./remote-files.ts";
import { temporaryDirectory } from "./testing/fakes.ts";

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Three chunks, none like the other. */
const content = Buffer.from(Array.from({ length: 2 * chunkBytes + 17 }, (_, i) => (i * 31) >> 8));

type Spoil = "lost before" | "lost after" | "damaged" | "half" | null;

/** A web service that has `content`, keeps what it is sent, and spoils the calls that `spoil` names. */
async function setUp(spoil: (call: number) => Spoil, isFull = false) {
  let calls = 0;
  let got = Buffer.alloc(0);
  const server = createServer((request, response) => {
    void (async (): Promise<unknown> => {
      const what = spoil((calls += 1));
      const body = await buffer(request);
      if (what === "lost before") return request.socket.destroy();
      const { method, url = "", headers } = request;
      if (method === "GET") {
        const [, first = "0", last = "0"] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? "") ?? [];
        const bytes = content.subarray(Number(first), Number(last) + 1);
        response.writeHead(206, { "x-sha256": sha256(bytes) });
        return response.end(what === "damaged" ? Buffer.alloc(bytes.length) : bytes);
      }
      const offset = Number(new URL(url, "http://x").searchParams.get("offset"));
      if (sha256(body) !== headers["x-sha256"]) return response.writeHead(503).end();
      const kept = what === "half" ? body.subarray(0, body.length >> 1) : body;
      if (offset === got.length && !isFull) got = Buffer.concat([got, kept]);
      if (what === "lost after" || what === "half") return request.socket.destroy();
      return response.end(JSON.stringify({ size: got.length, isFull }));
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const stopping = new AbortController();
  const moved = { fetched: 0, returned: 0 };
  const remote = createRemoteFiles({
    target: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t" },
    job: 1,
    attempt: 1,
    signal: stopping.signal,
    onBytes: (kind, bytes) => (moved[kind] += bytes),
  });
  return { remote, moved, stopping, got: () => got, calls: () => calls };
}

const file = { path: "/data/a.txt", size: content.length, tag: "t" };

describe("the files of an attempt elsewhere", () => {
  it("are fetched whole, although chunks are lost and damaged on their way", async () => {
    const spoils: Spoil[] = [null, "lost before", "damaged"];
    const { remote, moved } = await setUp((call) => spoils[call - 1] ?? null);
    const to = join(await temporaryDirectory(), "deep", "a.txt");
    await remote.fetch(file, to);
    expect(sha256(await readFile(to))).toBe(sha256(content));
    expect(moved.fetched).toBe(content.length);
  });

  it("are fetched only as far as an earlier attempt has not, or what it has is spoilt", async () => {
    const to = join(await temporaryDirectory(), "a.txt");
    const first = await setUp((call) => (call === 2 ? "lost before" : null));
    const cutShort = first.remote.fetch(file, to);
    await expect.poll(first.calls).toBe(2);
    first.stopping.abort(new Error("abort"));
    await expect(cutShort).rejects.toThrow("abort");

    const second = await setUp(() => null);
    expect(await second.remote.fetch(file, to)).toBe(chunkBytes);
    expect(second.moved.fetched).toBe(content.length - chunkBytes);
    expect(sha256(await readFile(to))).toBe(sha256(content));

    const third = await setUp(() => null);
    expect(await third.remote.fetch(file, to)).toBe(content.length);
    expect(third.calls()).toBe(0);

    // As after a crash of the machine: what was written last did not get to the disk.
    const spoilt = await readFile(to);
    spoilt.fill(0, chunkBytes + 5, chunkBytes + 10);
    await writeFile(to, spoilt);
    const fourth = await setUp(() => null);
    expect(await fourth.remote.fetch(file, to)).toBe(chunkBytes);
    expect(sha256(await readFile(to))).toBe(sha256(content));
  });

  it("are returned whole, however far an answer that was lost had got", async () => {
    for (const spoil of ["lost before", "lost after", "half"] as const) {
      const { remote, got } = await setUp((call) => (call === 2 ? spoil : null));
      const directory = await temporaryDirectory();
      await writeFile(join(directory, "digest.matrix"), content);
      const sent = await remote.bring(directory);
      expect(sha256(got())).toBe(sha256(content));
      const whole = { name: "digest.matrix", size: content.length, sha256: sha256(content) };
      expect(sent).toEqual([whole]);
    }
  });

  it("say so when the disk is full, there or here, as something that may pass", async () => {
    const { remote } = await setUp(() => null, true);
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "digest.matrix"), "x");
    await expect(remote.bring(directory)).rejects.toMatchObject({
      message: expect.stringContaining("no space left"),
      cause: { code: "ENOSPC" },
    });
    const taken = join(directory, "taken");
    await mkdir(taken);
    await expect(remote.fetch(file, taken)).rejects.toMatchObject({
      message: expect.stringContaining("/data/a.txt cannot be kept on this node"),
    });
  });

  it("are given up when the attempt is stopped", async () => {
    const { remote, stopping, calls } = await setUp(() => "lost before");
    const fetched = remote.fetch(file, join(await temporaryDirectory(), "a.txt"));
    fetched.catch(() => undefined);
    await expect.poll(calls).toBeGreaterThan(1);
    stopping.abort();
    await expect(fetched).rejects.toThrow("abort");
  });
});
