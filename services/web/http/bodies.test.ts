import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  markerInstruction,
  runningWeb,
  temporaryDir,
  type TestWeb,
} from "../testing/running-web.ts";
import { parseJsonBody } from "../../gate/json-body.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const list = (parts: number): Uint8Array => bytes(`[${"{},".repeat(parts - 2)}{}]`);

describe("a body", () => {
  it.each([
    ['{"a": 1,\n }', "line 2, column 2"],
    ['{"a": 1', "line 1, column 8"],
    ["hello", "line 1, column 1: Unexpected token 'h'"],
    ['{"key": }', "line 1, column 9: Unexpected token '}'"],
    ['{"a": [1,\n2,\n tru3]}', "line 3, column 5"],
    ['{"a": "x\ny"}', "line 1, column 9"],
    [`${"[".repeat(300)}${"]".repeat(300)}`, "deeper than 200"],
  ])("that is no JSON is refused with the place: case %$", (text, words) => {
    expect(() => parseJsonBody(bytes(text))).toThrow(words);
  });

  it("is refused before it is read when nested without end", () => {
    expect(() => parseJsonBody(new Uint8Array(5_000_000).fill(0x5b))).toThrow("deeper than 200");
  });

  it("is refused before it is parsed when it has parts without end", () => {
    expect(() => parseJsonBody(list(250_001))).toThrow("more than 250000 objects and lists");
    expect(parseJsonBody(list(250_000))).toHaveLength(249_999);
  });

  it("may be missing", () => {
    expect(parseJsonBody(bytes(""))).toEqual({});
  });

  it("may have brackets and quotes in its texts", () => {
    const text = JSON.stringify({ a: "[".repeat(500), b: '"[\\"'.repeat(200) });
    expect(parseJsonBody(bytes(text))).toEqual(JSON.parse(text));
  });

  it("is UTF-8", () => {
    expect(() => parseJsonBody(Uint8Array.of(0x22, 0xe9, 0x22))).toThrow("not valid UTF-8");
  });
});

async function post(web: TestWeb, body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${web.url}/api/v1/instructions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${web.token}`,
      "content-type": "application/json",
      ...headers,
    },
    body,
  });
  const text = await response.text();
  expect(text).not.toMatch(/node_modules|\.ts:\d+/);
  return { status: response.status, error: JSON.parse(text).error };
}

describe("what hostile callers send", () => {
  it("is answered in words, with the status that fits, and the service goes on", async () => {
    const web = await runningWeb();
    const large = await post(web, new Uint8Array(60 * 1024 * 1024).fill(0x20));
    expect(large).toMatchObject({ status: 413, error: { code: "payload_too_large" } });
    expect(large.error.message).toContain("50 MB");
    const broken = await post(web, '{"key": }');
    expect(broken).toMatchObject({ status: 400, error: { code: "bad_request" } });
    expect(broken.error.message).toContain("line 1, column 9");
    expect(await post(web, Uint8Array.of(0x7b, 0xff))).toMatchObject({ status: 400 });
    expect(await post(web, '{"instructions":'.repeat(100_000))).toMatchObject({ status: 400 });
    const text = await post(web, "{}", { "content-type": "text/plain" });
    expect(text).toMatchObject({ status: 415, error: { code: "unsupported_media_type" } });
    const zipped = await post(web, "{}", { "content-encoding": "x-none" });
    expect(zipped).toMatchObject({ status: 415 });
    const falselyZipped = await post(web, "{}", { "content-encoding": "gzip" });
    expect(falselyZipped).toMatchObject({ status: 400, error: { code: "bad_request" } });
    const [item] = markerInstruction(web.dataDir);
    const wrapped = { payload: { data: [{ gobiiLoaderInstructions: [item] }] } };
    const nested = await post(web, JSON.stringify({ instructions: wrapped }));
    expect(nested).toMatchObject({ status: 400 });
    const path = await fetch(`${web.url}/api/v1/jobs/%ff`, {
      headers: { authorization: `Bearer ${web.token}` },
    });
    expect(path.status).toBe(400);
    expect((await web.ask("GET", "/api/v1/jobs")).body.total).toBe(0);
  });

  it("is no fault of the service where a page has no such range or version", async () => {
    const consoleDir = await temporaryDir();
    await mkdir(join(consoleDir, "assets"));
    for (const name of ["index.html", "assets/a.js"]) await writeFile(join(consoleDir, name), "x");
    const web = await runningWeb({ consoleDir });
    for (const path of ["/jobs", "/assets/a.js"]) {
      for (const headers of [{ range: "bytes=9-" }, { "if-match": '"other"' }]) {
        const response = await fetch(web.url + path, { headers });
        expect([response.status, (await response.json()).error.code]).toEqual([400, "bad_request"]);
      }
    }
  });

  it("gets the headers of any answer with a refusal, too", async () => {
    const web = await runningWeb();
    const response = await fetch(`${web.url}/api/v1/jobs`, { headers: { origin: "http://evil" } });
    expect(response.status).toBe(403);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors");
  });

  it("ends where only the headers of the event stream are asked for", async () => {
    const web = await runningWeb();
    const headers = { authorization: `Bearer ${web.token}` };
    const response = await fetch(`${web.url}/api/v1/events`, { method: "HEAD", headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch("text/event-stream");
  });

  it.each([
    [{ url: "http://127.0.0.1:1", token: "a\nb" }, "token"],
    [{ url: "asks://h", token: "t", id: ".." }, "id"],
    [{ url: "asks://h", token: "t", id: "a\u0000/b" }, "id"],
    [{ url: `http://${"a".repeat(3000)}`, token: "t" }, "url"],
  ])("attaches no digester that nobody could call or detach: case %$", async (body, field) => {
    const web = await runningWeb();
    const answer = await web.ask("POST", "/api/v1/digesters", body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
    expect(answer.body.error.message).toContain(`${field}: `);
    expect((await web.ask("GET", "/api/v1/digesters")).body.digesters).toEqual([]);
  });

  it("does not reach the prototype of anything", async () => {
    const web = await runningWeb();
    const [item] = markerInstruction(web.dataDir);
    const text = JSON.stringify({ key: "k", instructions: [item] }).replace(
      '"table":"marker"',
      '"table":"marker","__proto__":{"polluted":1},"columnsByTableName":{"__proto__":[],"constructor":[]}',
    );
    const answer = await post(web, text.replace('"key"', '"__proto__":{"hold":true},"key"'));
    expect(answer.status).toBe(201);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const stored = (await web.ask("GET", "/api/v1/instructions/k")).body.instructions[0];
    expect(Object.keys(stored)).not.toContain("__proto__");
    expect((await web.ask("GET", "/api/v1/jobs/k")).body.held).toBe(false);
  });
});
