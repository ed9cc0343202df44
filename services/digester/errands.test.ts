import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Errand } from "../contract/errand.ts";
import { startErrands } from "./errands.ts";
import { silentLog, until } from "./testing/fakes.ts";

type Reply = { status: number; body?: string; type?: string };

async function serve(answer: (request: IncomingMessage, body: string) => Reply): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      const {
        status,
        body = "{}",
        type = "application/json",
      } = answer(request, await text(request));
      response.writeHead(status, { "content-type": type }).end(body);
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A web service that gives what is in `errands`, and a digester whose API notes what it is asked. */
async function setUp(errands: Errand[], spoil: (path: string) => Reply | null = () => null) {
  const asked: string[][] = [];
  const answers: Array<{ path: string; body: string }> = [];
  const calls: string[] = [];
  const web = await serve(({ url = "", headers }, body) => {
    if (headers.authorization !== "Bearer of-callback") return { status: 401 };
    const spoilt = spoil(url);
    if (spoilt !== null) return spoilt;
    if (url !== "/errands") {
      answers.push({ path: url, body });
      errands = errands.filter(({ id }) => !url.includes(id));
      return { status: 204, body: "" };
    }
    const { underWay }: { underWay: string[] } = JSON.parse(body);
    asked.push(underWay);
    const given = errands.filter(({ id }) => !underWay.includes(id));
    return { status: 200, body: JSON.stringify({ errands: given }) };
  });
  const own = await serve(({ url = "", method = "", headers }, body) => {
    if (headers.authorization !== "Bearer of-digester") return { status: 401 };
    calls.push(`${method} ${url} ${body}`);
    if (url.startsWith("/file")) return { status: 200, body: "a\tb\n", type: "text/plain" };
    return { status: url === "/drain" ? 409 : 200, body: JSON.stringify({ url }) };
  });
  const running = startErrands({
    target: { url: web, token: "of-callback" },
    own: { url: own, token: "of-digester" },
    log: silentLog,
  });
  onTestFinished(running.close);
  return { asked, answers, calls };
}

const errand = (id: string, method: Errand["method"], path: string, body?: unknown): Errand => ({
  id,
  method,
  path,
  ...(body === undefined ? {} : { body }),
});

describe("errands", () => {
  it("are made at the digester's own API, and answered with what it says", async () => {
    const { answers, calls } = await setUp([
      errand("e1", "GET", "/status?since=3"),
      errand("e2", "POST", "/drain", { draining: true }),
      errand("e3", "GET", "/file?file=marker"),
    ]);
    await until(() => answers.length === 3, "it did not come to that");
    expect(calls.toSorted()).toEqual([
      "GET /file?file=marker ",
      "GET /status?since=3 ",
      'POST /drain {"draining":true}',
    ]);
    expect(answers.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: "/errands/e1?status=200", body: '{"url":"/status?since=3"}' },
      { path: "/errands/e2?status=409", body: '{"url":"/drain"}' },
      { path: "/errands/e3?status=200", body: "a\tb\n" },
    ]);
  });

  it("are asked for again after trouble, and an answer that was not taken is sent again", async () => {
    let troubles = 0;
    const { answers, calls } = await setUp([errand("e1", "GET", "/status")], () =>
      (troubles += 1) <= 1 || troubles === 3 ? { status: 503 } : null,
    );
    await until(() => answers.length === 1, "it did not come to that");
    expect(calls).toEqual(["GET /status "]);
    expect(troubles).toBeGreaterThanOrEqual(4);
  });

  it("are not made twice while they are under way", async () => {
    const { answers, calls, asked } = await setUp([errand("e1", "GET", "/status")], (path) =>
      path !== "/errands" && asked.length < 3 ? { status: 503 } : null,
    );
    await until(() => answers.length === 1, "it did not come to that");
    expect(asked.slice(0, 3)).toEqual([[], ["e1"], ["e1"]]);
    expect(calls).toHaveLength(1);
  });
});
