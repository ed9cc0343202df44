import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../../../contract/event.ts";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "../../testing/private-postgres.ts";
import { startTcpProxy } from "../../testing/tcp-proxy.ts";
import { eventOf } from "../../jobs/change-parts.ts";
import { create, expectCode, now } from "../store-fixtures.ts";
import type { Store } from "../store.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./postgres-store.ts";

const missing = missingForPostgres();

describe.skipIf(missing !== null)(`a database that fails ${skipNote(missing)}`, () => {
  let server: PrivatePostgres;
  const cleanUp: Array<() => Promise<unknown>> = [];
  beforeAll(async () => {
    server = await startPrivatePostgres();
  }, 60_000);
  afterAll(() => server.dispose());
  afterEach(async () => {
    for (const work of cleanUp.splice(0).toReversed()) await work();
  });

  const opened = async (url: string, patience: PostgresStoreOptions["patience"] = {}) => {
    const warnings: string[] = [];
    const store = await openPostgresStore(url, {
      onWarning: (message) => warnings.push(message),
      patience: { giveUpMs: 30_000, ...patience },
      pollMs: 200,
    });
    cleanUp.push(() => store.close());
    return { store, warnings, seqs: heardBy(store) };
  };

  it("does each change once though its connections are ended in the middle", async () => {
    const url = server.freshUrl();
    const [one, two] = [await opened(url), await opened(url)];
    await create(one.store, "run1");
    const stop = counting([one.store, two.store]);
    for (let round = 0; round < 25; round++) {
      await sleep(60);
      await server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'digester'",
      );
    }
    const count = await stop();
    expect(count).toBeGreaterThan(25);
    await expectExactly(count, one, two);
  }, 60_000);

  it("does each change once though the database is restarted and killed", async () => {
    const url = server.freshUrl();
    const [one, two] = [await opened(url), await opened(url)];
    await create(one.store, "run1");
    const stop = counting([one.store, two.store]);
    for (const end of ["stop", "kill", "kill"] as const) {
      await sleep(300);
      await server[end]();
      await server.start();
    }
    await sleep(300);
    const count = await stop();
    expect(count).toBeGreaterThan(10);
    await expectExactly(count, one, two);
  }, 120_000);

  it("does each change once though connections go silent", async () => {
    const direct = new URL(server.freshUrl());
    const proxy = await startTcpProxy(server.port);
    cleanUp.push(() => proxy.close());
    const through = new URL(direct);
    through.port = String(proxy.port);
    const patience = { connectMs: 500, answerMs: 1000 };
    const one = await opened(through.href, patience);
    const two = await opened(direct.href, patience);
    await create(one.store, "run1");
    const stop = counting([one.store, two.store]);
    for (let round = 0; round < 3; round++) {
      await sleep(500);
      proxy.forget();
    }
    await sleep(300);
    proxy.swallow();
    await sleep(2500);
    proxy.pass();
    await sleep(1500);
    const count = await stop();
    expect(count).toBeGreaterThan(10);
    await expectExactly(count, one, two);
  }, 120_000);

  it.each(["before", "after"] as const)(
    "does a change once whose connection breaks just %s its commit",
    async (when) => {
      const direct = new URL(server.freshUrl());
      const proxy = await startTcpProxy(server.port);
      cleanUp.push(() => proxy.close());
      const through = new URL(direct);
      through.port = String(proxy.port);
      const [one, two] = [await opened(through.href), await opened(direct.href)];
      await create(one.store, "run1");
      for (let count = 1; count <= 5; count++) {
        proxy.cutAt("COMMIT", when);
        await countUp(one.store);
        await countUp(two.store);
        await expectExactly(2 * count, one, two);
      }
      expect(await one.store.lastSeq()).toBe(11);
    },
  );

  it("says so when it does not come back, and works when it does", async () => {
    const { store, warnings } = await opened(server.freshUrl(), { giveUpMs: 300 });
    await create(store, "run1");
    await server.stop();
    try {
      await expectCode(create(store, "run2"), "unavailable");
      await expectCode(store.job(1), "unavailable");
      await expect(store.list(everything)).rejects.toThrow(/cannot be reached/);
      await expect
        .poll(() => warnings, { timeout: 10_000 })
        .toEqual([expect.stringMatching(/is away/)]);
    } finally {
      await server.start();
    }
    await expect.poll(() => store.job(1).catch(() => null), { timeout: 10_000 }).not.toBeNull();
    expect(await create(store, "run2")).toMatchObject({ id: 2 });
    await expect.poll(() => warnings.at(-1), { timeout: 10_000 }).toMatch(/is there again/);
  }, 60_000);

  it("keeps a change that it will not take from failing others", async () => {
    const { store } = await opened(server.freshUrl());
    await create(store, "run1");
    const outcomes = await Promise.allSettled([
      store.update(1, (job) => ({ job: { ...job, message: "fine" }, events: [] })),
      store.update(1, (job) => ({ job: { ...job, attempt: 2 ** 40 }, events: [] })),
      create(store, "run2"),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await store.job(1)).toMatchObject({ message: "fine", attempt: 0 });
  });
});

/** Counts up, with a change that tells how often it was done. */
const countUp = (store: Store): Promise<unknown> =>
  store.update(1, (job) => ({
    job: { ...job, priority: job.priority + 1 },
    events: [{ ...eventOf(job, "priority", now), message: String(job.priority + 1) }],
  }));

/** What was counted, and every event of it once, in order, without a gap: in the record and with whoever listened. */
const expectExactly = async (
  count: number,
  ...services: Array<{ store: Store; seqs: number[] }>
) => {
  for (const { store, seqs } of services) {
    expect((await store.job(1))?.priority).toBe(count);
    const events = await store.events(1);
    expect(events.map(({ seq }) => seq)).toEqual(upTo(count + 1));
    expect(events.slice(1).map(({ message }) => message)).toEqual(upTo(count).map(String));
    await expect.poll(() => seqs.at(-1), { timeout: 10_000 }).toBe(count + 1);
    expect(seqs).toEqual(upTo(count + 1).slice(-seqs.length));
  }
};

/** Counts up in several lanes of each store, until told to stop; resolves with how often. */
const counting = (stores: readonly Store[]) => {
  const ending = new AbortController();
  const lane = async (store: Store): Promise<number> => {
    let done = 0;
    while (!ending.signal.aborted) {
      await countUp(store);
      done += 1;
    }
    return done;
  };
  const lanes = stores.flatMap((store) => [lane(store), lane(store), lane(store)]);
  return async (): Promise<number> => {
    ending.abort();
    return (await Promise.all(lanes)).reduce((sum, one) => sum + one, 0);
  };
};

const everything = {
  statuses: null,
  search: [],
  crop: null,
  sort: "id",
  limit: 10,
  cursor: null,
  offset: 0,
} as const;

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

function heardBy(store: Store): number[] {
  const seqs: number[] = [];
  store.subscribe(({ seq }: Event) => seqs.push(seq));
  return seqs;
}
