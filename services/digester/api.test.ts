import { once } from "node:events";
import { createServer } from "node:http";
import pino, { type Logger } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { AppError } from "../contract/errors.ts";
import { largestInstruction, ListInstruction } from "../contract/instruction.ts";
import { createApi, type Node } from "./api.ts";
import { makeDispatch } from "./testing/fakes.ts";

const nothing = (): never => {
  throw new Error("not asked for here");
};
const idle: Node = {
  accept: nothing,
  withdraw: nothing,
  status: nothing,
  regulator: nothing,
  swap: nothing,
  preview: nothing,
  look: nothing,
  dryRun: nothing,
  drain: nothing,
  pause: nothing,
  fileLines: nothing,
  fileToSend: nothing,
  fileSizes: nothing,
  notReady: () => null,
};

const accept = async ({ job }: { job: number }): Promise<void> => {
  if (job === 2) throw new AppError("full", "The line is full.");
  if (job === 3) throw new Error("the disk is on fire");
};

async function serve(node: Node, log: Logger): Promise<string> {
  const metrics = { contentType: "text/plain", text: async () => "" };
  const api = createApi(node, { token: "t", names: [], log, metrics });
  const server = createServer(api).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

it("answers each dispatch of a batch by itself, and logs what nobody foresaw without telling it", async () => {
  const logged: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logged.push(line) });
  const url = await serve({ ...idle, accept }, log);
  const response = await fetch(`${url}/instructions/batch`, {
    method: "POST",
    headers: { authorization: "Bearer t", "content-type": "application/json" },
    body: JSON.stringify({ dispatches: [1, 2, 3].map((job) => makeDispatch({ job })) }),
  });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    answers: [{ status: 202 }, { status: 429, error: { code: "full" } }, { status: 500 }],
  });
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain("the disk is on fire");
  expect(text).not.toContain("fire");
});

it("takes the largest instruction that a web service keeps", async () => {
  const url = await serve({ ...idle, accept: async () => undefined }, pino({ level: "silent" }));
  const [element] = ListInstruction.array().parse([{ logMessage: "x".repeat(largestInstruction) }]);
  const instruction = { shape: "list", instructions: [element] };
  const response = await fetch(`${url}/instructions`, {
    method: "POST",
    headers: { authorization: "Bearer t", "content-type": "application/json" },
    body: JSON.stringify({ ...makeDispatch({ job: 1 }), instruction }),
  });
  expect(response.status).toBe(202);
});

it.each([
  [
    "is not declared as JSON",
    "/drain",
    "text/plain",
    '{"draining":false}',
    415,
    "application/json",
  ],
  ["is not UTF-8", "/drain", "application/json", Uint8Array.of(0x7b, 0xff), 400, "UTF-8"],
  ["is no JSON", "/drain", "application/json", '{"draining":\n}', 400, "line 2, column 1"],
  [
    "is nested without end",
    "/instructions",
    "application/json",
    `{"instruction":${'{"payload":{"data":['.repeat(20_000)}`,
    400,
    "nested deeper than",
  ],
  [
    "names a callback that cannot be called",
    "/instructions",
    "application/json",
    JSON.stringify(makeDispatch({ url: "file:///etc/passwd" })),
    400,
    "callback.url: expected http://",
  ],
  [
    "names a callback whose path would be lost",
    "/instructions",
    "application/json",
    JSON.stringify(makeDispatch({ url: "http://127.0.0.1:1/base?tenant=5" })),
    400,
    "callback.url: expected an address without user, query and fragment",
  ],
  [
    "names a token that no header can carry",
    "/instructions",
    "application/json",
    JSON.stringify({
      ...makeDispatch({ job: 1 }),
      callback: { url: "http://127.0.0.1:1", token: "a\r\nb: c" },
    }),
    400,
    "callback.token: expected",
  ],
])("refuses a body that %s, and does nothing", async (_what, path, type, body, status, words) => {
  const url = await serve(idle, pino({ level: "silent" }));
  const response = await fetch(url + path, {
    method: "POST",
    headers: { authorization: "Bearer t", "content-type": type },
    body,
  });
  expect(response.status).toBe(status);
  const { error } = await response.json();
  expect(`${error.message} ${error.hint ?? ""}`).toContain(words);
});
