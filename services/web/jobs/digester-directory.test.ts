import pino from "pino";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createHttpSend } from "../../gate/http-client.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { fakeDigester } from "../testing/fake-digester.ts";
import { digesterDirectory } from "./digester-directory.ts";
import { defaultRetryPolicy } from "./retries.ts";
import { httpTransport } from "./transport.ts";

it("keeps who attaches while the service ends, without a thing that would keep it from ending", async () => {
  const callback = "http://127.0.0.1/api/callback";
  const store = createMemoryStore();
  const httpSend = createHttpSend();
  const directory = digesterDirectory({
    store,
    log: pino({ level: "silent" }),
    now: Date.now,
    monotonic: () => performance.now(),
    dataRoots: [],
    leaseMs: 15_000,
    renewMs: 5000,
    retries: defaultRetryPolicy,
    isOurs: () => true,
    callbackUrl: callback,
    ownUrl: "http://127.0.0.1",
    httpSend,
    transportTo: (digester) => httpTransport(httpSend, digester),
    onChange: () => undefined,
    onTouch: () => undefined,
  });
  await directory.start();
  const early = await fakeDigester({ id: "early" });
  await directory.attach({ url: early.url, token: early.token, id: "early" }, callback);
  await expect.poll(() => directory.list().find(({ id }) => id === "early")?.status).not.toBeNull();

  await directory.stop();
  const late = await fakeDigester({ id: "late" });
  await directory.attach({ url: late.url, token: late.token, id: "late" }, callback);
  await sleep(300);
  expect(directory.list().map(({ id, status }) => [id, status === null])).toEqual([
    ["early", false],
    ["late", true],
  ]);
  await store.close();
});
