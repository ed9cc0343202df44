import { once } from "node:events";
import { createServer } from "node:http";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { AppError } from "../contract/errors.ts";
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
  fileLines: nothing,
  fileToSend: nothing,
  fileSizes: nothing,
  notReady: () => null,
};

const accept = async ({ job }: { job: number }): Promise<void> => {
  if (job === 2) throw new AppError("full", "The line is full.");
  if (job === 3) throw new Error("the disk is on fire");
};

it("answers each dispatch of a batch by itself, and logs what nobody foresaw without telling it", async () => {
  const logged: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logged.push(line) });
  const api = createApi(
    { ...idle, accept },
    { token: "t", names: [], log, metrics: { contentType: "text/plain", text: async () => "" } },
  );
  const server = createServer(api).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  const response = await fetch(`http://127.0.0.1:${address.port}/instructions/batch`, {
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
