import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import {
  Dispatch,
  DispatchBatch,
  type DigesterStatus,
  type DispatchBatchAnswer,
} from "../../contract/digester.ts";

export interface FakeDigester {
  readonly url: string;
  readonly token: string;
  /** What it has been given, in order. */
  readonly taken: Dispatch[];
  /** Everything else that it was asked: method, path, query where there is one, body. */
  readonly calls: Array<{ method: string; path: string; query?: string; body: unknown }>;
  /** The status with which it answers to new work. */
  answer: number;
  status: DigesterStatus;
  /** Changes its status and lets those who wait for news know. */
  change(fields: Partial<DigesterStatus>): void;
  stop(): Promise<void>;
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** A digester's API without a digester behind it. */
export async function fakeDigester(fields: Partial<DigesterStatus> = {}): Promise<FakeDigester> {
  const token = "digester-token";
  const waiting = new Set<() => void>();
  const take = (body: unknown): DispatchBatchAnswer["answers"][number] => {
    if (fake.answer !== 202) {
      return { status: fake.answer, error: { code: "full", message: "The line is full." } };
    }
    const dispatch = Dispatch.parse(body);
    fake.taken.push(dispatch);
    const place = { job: dispatch.job, key: dispatch.key, reason: "All workers are busy." };
    const others = fake.status.waiting.filter(({ job }) => job !== dispatch.job);
    const line = [...others, { ...place, position: others.length + 1, after: null }];
    fake.change({ waiting: line });
    return { status: 202 };
  };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === "" ? null : JSON.parse(text);
      const { method = "", url = "" } = request;
      if (request.headers.authorization !== `Bearer ${token}`) return answer(response, 401, {});
      const path = new URL(url, "http://x");
      if (path.pathname === "/status") {
        const since = path.searchParams.get("since");
        if (since !== null && Number(since) === fake.status.revision) {
          await new Promise<void>((done) => {
            waiting.add(done);
            setTimeout(done, 1000).unref();
          });
        }
        return answer(response, 200, fake.status);
      }
      if (path.pathname === "/instructions" && method === "POST") {
        const { status, ...rest } = take(body);
        return answer(response, status, rest);
      }
      if (path.pathname === "/instructions/batch") {
        const { dispatches } = DispatchBatch.parse(body);
        return answer(response, 200, { answers: dispatches.map(take) });
      }
      const query = path.search === "" ? {} : { query: path.search };
      fake.calls.push({ method, path: path.pathname, ...query, body });
      if (path.pathname === "/regulator") {
        const info = { name: "fifo", title: "FIFO", description: "In turn", optionsSchema: {} };
        return answer(response, 200, {
          regulator: { name: "fifo", options: {} },
          regulators: [info],
        });
      }
      if (path.pathname === "/regulator/preview") {
        const message = "priority.weight: expected a number";
        return answer(response, 400, { error: { code: "bad_request", message } });
      }
      return answer(response, 200, {});
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const fake: FakeDigester = {
    url: `http://127.0.0.1:${port}`,
    token,
    taken: [],
    calls: [],
    answer: 202,
    status: {
      id: "node-1",
      boot: "boot-1",
      revision: 1,
      version: "1",
      host: "node-1",
      pid: 1,
      startedAt: new Date(0).toISOString(),
      draining: false,
      workers: 2,
      lineLimit: 10,
      dataRoots: [],
      labels: [],
      regulator: { name: "fifo", options: {} },
      running: [],
      waiting: [],
      outbox: 0,
      ...fields,
    },
    change(changes) {
      fake.status = { ...fake.status, ...changes, revision: fake.status.revision + 1 };
      for (const done of waiting) done();
      waiting.clear();
    },
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  onTestFinished(() => fake.stop());
  return fake;
}

/** Waits until the check holds, and fails with what it throws last. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<Awaited<T>> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    try {
      return await check();
    } catch (thrown) {
      if (performance.now() > deadline) throw thrown;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}
