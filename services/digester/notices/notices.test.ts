import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noticeSource } from "./index.ts";
import { watchForNotice } from "./notice-watch.ts";

const { signal } = new AbortController();
let folder: string;
const servers: Array<() => void> = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "notices-"));
});
afterEach(async () => {
  for (const close of servers.splice(0)) close();
  await rm(folder, { recursive: true });
});

/** A cloud's metadata service, on this machine. */
async function standIn(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

async function script(text: string): Promise<string> {
  const path = join(folder, "ends");
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

describe("a file", () => {
  test("says so by being there, and why by its first line", async () => {
    const path = join(folder, "node-ends");
    const source = noticeSource(`file:${path}`);
    expect(await source.check(signal)).toBeNull();
    await writeFile(path, "Walltime ends at 12:00\nmore\n");
    expect(await source.check(signal)).toEqual({ message: "Walltime ends at 12:00" });
    await writeFile(path, "");
    expect(await source.check(signal)).toEqual({ message: `${path} exists.` });
  });

  test("that is a directory is no notice", async () => {
    await expect(noticeSource(`file:${folder}`).check(signal)).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});

describe("a command", () => {
  test("says so with 0, not with 1, and nothing at all with anything else", async () => {
    const going = noticeSource(`command:${await script("echo preempted by root; exit 0")}`);
    expect(await going.check(signal)).toEqual({ message: "preempted by root" });
    const staying = noticeSource(`command:${await script("echo all is well; exit 1")}`);
    expect(await staying.check(signal)).toBeNull();
    const broken = noticeSource(`command:${await script("exit 2")}`);
    await expect(broken.check(signal)).rejects.toMatchObject({ code: "unavailable" });
    const absent = noticeSource(`command:${join(folder, "absent")}`);
    await expect(absent.check(signal)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("EC2", () => {
  test("is asked with a session token, which is renewed when it does not hold any more", async () => {
    let tokens = 0;
    let ends = false;
    const url = await standIn((request, response) => {
      const seconds = request.headers["x-aws-ec2-metadata-token-ttl-seconds"];
      if (request.url === "/latest/api/token" && request.method === "PUT" && Number(seconds) > 0) {
        response.end(`token-${++tokens}`);
        return;
      }
      expect(request.url).toBe("/latest/meta-data/spot/instance-action");
      if (request.headers["x-aws-ec2-metadata-token"] !== `token-${tokens}` || tokens === 1) {
        response.writeHead(401).end();
      } else if (ends) {
        response.end('{"action":"terminate","time":"2026-09-18T08:22:00Z"}');
      } else response.writeHead(404).end();
    });
    const source = noticeSource(`aws:${url}`);
    await expect(source.check(signal)).rejects.toMatchObject({ code: "unavailable" });
    expect(await source.check(signal)).toBeNull();
    ends = true;
    expect(await source.check(signal)).toEqual({
      message: "EC2 will terminate this spot instance at 2026-09-18T08:22:00Z.",
    });
    expect(tokens).toBe(2);
  });

  test("that answers something else is no notice", async () => {
    const url = await standIn((_request, response) => response.end("<html>"));
    await expect(noticeSource(`aws:${url}`).check(signal)).rejects.toThrow(
      /expected {action, time}/,
    );
  });
});

describe("Compute Engine", () => {
  test("says TRUE, under its own name only", async () => {
    let said = "FALSE";
    let flavor = "Google";
    const url = await standIn((request, response) => {
      expect(request.url).toBe("/computeMetadata/v1/instance/preempted");
      expect(request.headers["metadata-flavor"]).toBe("Google");
      response.setHeader("metadata-flavor", flavor).end(said);
    });
    const source = noticeSource(`gcp:${url}`);
    expect(await source.check(signal)).toBeNull();
    said = "TRUE";
    expect(await source.check(signal)).toEqual({
      message: "Compute Engine preempts this spot VM.",
    });
    flavor = "Somebody";
    await expect(source.check(signal)).rejects.toMatchObject({ code: "unavailable" });
  });
});

test.each(["", "azure", "file:relative", "command:", "aws notices", "constructor"])(
  "%j names no source",
  (text) => {
    expect(() => noticeSource(text)).toThrow(/expected/i);
  },
);

describe("watching", () => {
  test("outlasts a source that cannot be asked, and ends with the first notice", async () => {
    const answers = [new Error("away"), null, new Error("away"), { message: "now" }];
    const check = async () => {
      const next = answers.shift() ?? null;
      if (next instanceof Error) throw next;
      return next;
    };
    const options = { signal, log: pino({ level: "silent" }), everyMs: 1 };
    expect(await watchForNotice({ name: "test", check }, options)).toEqual({ message: "now" });
    expect(answers).toEqual([]);
  });

  test("ends when it is told to", async () => {
    const ending = new AbortController();
    const source = { name: "test", check: async () => null };
    const options = { signal: ending.signal, log: pino({ level: "silent" }), everyMs: 60_000 };
    const watched = watchForNotice(source, options);
    ending.abort();
    expect(await watched).toBeNull();
  });
});
