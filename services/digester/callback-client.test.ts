import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { PatchBatch, type JobPatch } from "../contract/callback.ts";
import { createDeliver } from "./callback-client.ts";
import { createGate } from "./testing/fakes.ts";

const patch = (callback: number, message = ""): JobPatch => ({
  digester: "node-1",
  attempt: 1,
  callback,
  ...(message === "" ? {} : { message }),
});

interface Asked {
  readonly method: string;
  readonly path: string;
  /** Job and callback of each patch. */
  readonly patches: ReadonlyArray<readonly [number, number]>;
}

/** @param answer for a batch: what is answered to it, or null to answer each patch with 200. */
async function caller(
  answer: (asked: Asked) => Promise<{ status: number; body?: unknown } | null>,
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const json = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      const { method = "", url = "" } = request;
      const given =
        method === "POST"
          ? PatchBatch.parse(json).patches
          : [{ job: Number(url.split("/").at(-1)), patch: json }];
      const one: Asked = {
        method,
        path: url,
        patches: given.map(({ job, patch: { callback } }) => [job, callback] as const),
      };
      asked.push(one);
      const { status, body } = (await answer(one)) ?? { status: 200 };
      const answers = given.map(() => ({ status: 200 }));
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? { answers }));
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { asked, target: { url: `http://127.0.0.1:${port}/cb`, token: "t", batch: true } };
}

describe("delivering callbacks", () => {
  it("sends together what comes together, and lets the rest wait while two requests are under way", async () => {
    const gate = createGate();
    const { asked, target } = await caller(async () => {
      await gate.opened;
      return null;
    });
    const deliver = createDeliver();
    const all = [];
    for (let job = 1; job <= 6; job += 1) {
      all.push(deliver(target, job, patch(1)), deliver(target, job, patch(2)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(asked).toHaveLength(2);
    gate.open();
    expect((await Promise.all(all)).every(({ kind }) => kind === "accepted")).toBe(true);
    expect(asked.map(({ patches }) => patches.map(([job]) => job))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3, 4, 4, 5, 5, 6, 6],
    ]);
    expect(asked.at(-1)).toMatchObject({ method: "POST", path: "/cb/batch" });
  });

  it("sends a lone callback, and all of a caller that takes no batches, as PATCH", async () => {
    const { asked, target } = await caller(async () => null);
    const deliver = createDeliver();
    await deliver(target, 7, patch(1));
    const plain = { url: target.url, token: target.token };
    await Promise.all([deliver(plain, 8, patch(1)), deliver(plain, 9, patch(1))]);
    expect(asked.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      "PATCH /cb/job/7",
      "PATCH /cb/job/8",
      "PATCH /cb/job/9",
    ]);
  });

  it("reads the answer to each", async () => {
    const { target } = await caller(async () => ({
      status: 200,
      body: {
        answers: [
          { status: 200, cancel: true },
          { status: 409, message: "too late" },
          { status: 400, message: "no patch" },
          { status: 503, message: "not now" },
        ],
      },
    }));
    const deliver = createDeliver();
    const said = [1, 2, 3, 4].map((job) => deliver(target, job, patch(1)));
    expect(await Promise.all(said)).toEqual([
      { kind: "accepted", cancel: true },
      { kind: "stale", why: "HTTP 409: too late" },
      { kind: "refused", why: "HTTP 400: no patch" },
      { kind: "unreachable", why: "HTTP 503: not now" },
    ]);
  });

  it("delivers one by one, in order, where the batch as a whole is refused", async () => {
    const { asked, target } = await caller(async ({ method }) =>
      method === "POST" ? { status: 404, body: {} } : { status: 200, body: {} },
    );
    const deliver = createDeliver();
    const said = [patch(1), patch(2)].map((one) => deliver(target, 7, one));
    expect((await Promise.all(said)).map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
    expect(asked.map(({ patches }) => patches)).toEqual([
      [
        [7, 1],
        [7, 2],
      ],
      [[7, 1]],
      [[7, 2]],
    ]);
  });

  it("never parts callbacks of one job that came together, however much there is", async () => {
    const { asked, target } = await caller(async () => null);
    const deliver = createDeliver();
    const long = "x".repeat(1_500_000);
    const all = [1, 2, 3, 4].flatMap((job) => [
      deliver(target, job, patch(1, long)),
      deliver(target, job, patch(2, long)),
    ]);
    expect((await Promise.all(all)).every(({ kind }) => kind === "accepted")).toBe(true);
    expect(asked.length).toBeGreaterThan(1);
    for (const job of [1, 2, 3, 4]) {
      const holding = asked.filter(({ patches }) => patches.some(([one]) => one === job));
      expect(holding).toHaveLength(1);
    }
  });

  it("tells all of them that nobody answered", async () => {
    const deliver = createDeliver();
    const target = { url: "http://127.0.0.1:9/cb", token: "t", batch: true };
    const all = await Promise.all([1, 2].map((job) => deliver(target, job, patch(1))));
    expect(all.map(({ kind }) => kind)).toEqual(["unreachable", "unreachable"]);
  });
});
