import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isSettled } from "../../../contract/job.ts";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "../../testing/private-postgres.ts";
import { create, expectCode } from "../store-fixtures.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./postgres-store.ts";

const missing = missingForPostgres();
const run = promisify(execFile);

describe.skipIf(missing !== null)(`a database that is not as it was ${skipNote(missing)}`, () => {
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
      pollMs: 100,
    });
    cleanUp.push(() => store.close());
    const heard: Array<{ seq: number; type: string }> = [];
    store.subscribe(({ seq, type }) => heard.push({ seq, type }));
    return { store, warnings, heard };
  };

  /** As a failover to a copy that is some seconds behind: the database is put back to what `before` left. */
  const loseWhat = async (before: () => Promise<unknown>, lost: () => Promise<unknown>) => {
    const [row] = await server.query<{ data_directory: string }>("SHOW data_directory");
    const data = row?.data_directory ?? "";
    await before();
    await server.stop();
    await run("cp", ["-a", data, `${data}.copy`]);
    await server.start();
    await lost();
    await server.kill();
    await run("rm", ["-rf", data]);
    await run("mv", [`${data}.copy`, data]);
    await server.start();
  };

  it("and lacks the last of what it had gives no number again, says so, and goes on telling", async () => {
    const url = server.freshUrl();
    const [one, two] = [await opened(url), await opened(url)];
    const isHeard = (seq: number) =>
      expect
        .poll(() => [one, two].map(({ heard }) => heard.at(-1)?.seq), { timeout: 10_000 })
        .toEqual([seq, seq]);
    await loseWhat(
      () => create(one.store, "kept"),
      async () => {
        await expect.poll(() => create(one.store, "lost1").catch(() => null)).not.toBeNull();
        await create(two.store, "lost2");
        await isHeard(3);
      },
    );
    // Job 2 and 3 may still be in a digester's line: what comes now is not to be taken for them.
    const made = await create(two.store, "after");
    expect(made.id).toBe(4);
    await isHeard(5);
    for (const { store, heard } of [one, two]) {
      expect(heard.slice(-2)).toEqual([
        { seq: 4, type: "record_went_back" },
        { seq: 5, type: "submitted" },
      ]);
      expect((await store.events(null)).at(-1)?.message).toMatch(/2 events/);
      // Whoever watches is told to forget what is gone.
      expect(await store.eventsAfter(1, 10)).toBeNull();
      expect(await store.job(2)).toBeNull();
    }
    expect([...one.warnings, ...two.warnings].join("\n")).toMatch(/lacks the last 2 events/);
  }, 60_000);

  it("and lacks some of it is noticed though nobody changes anything", async () => {
    const url = server.freshUrl();
    const { store, heard } = await opened(url);
    await loseWhat(
      () => create(store, "kept"),
      () => expect.poll(() => create(store, "lost").catch(() => null)).not.toBeNull(),
    );
    await expect
      .poll(() => heard.at(-1), { timeout: 10_000 })
      .toEqual({ seq: 3, type: "record_went_back" });
    expect(await create(store, "after")).toMatchObject({ id: 3 });
  }, 60_000);

  it("and takes no changes, as one that is yet to be promoted, is waited for", async () => {
    const { store } = await opened(server.freshUrl());
    await create(store, "run1");
    await readOnly("on");
    const change = create(store, "run2");
    await readOnly("off");
    expect(await change).toMatchObject({ id: 2 });
  }, 30_000);

  it("and never takes changes is told as unavailable, and read from all the same", async () => {
    const { store } = await opened(server.freshUrl(), { giveUpMs: 300 });
    await create(store, "run1");
    await readOnly("on");
    try {
      await expectCode(create(store, "run2"), "unavailable");
      await expect(create(store, "run2")).rejects.toThrow(/read-only/);
      expect(await store.job(1)).not.toBeNull();
    } finally {
      await readOnly("off");
    }
    expect(await create(store, "run2")).toMatchObject({ id: 2 });
  }, 30_000);

  const readOnly = async (to: "on" | "off"): Promise<void> => {
    await server.query(`ALTER SYSTEM SET default_transaction_read_only = ${to}`);
    await server.query("SELECT pg_reload_conf()");
    await expect
      .poll(() => server.query("SHOW default_transaction_read_only"))
      .toEqual([{ default_transaction_read_only: to }]);
  };

  it("and is full is told as unavailable, and takes work again when there is room", async () => {
    const url = server.freshUrl();
    const schema = schemaOf(url);
    const { store } = await opened(url, { giveUpMs: 300 });
    await create(store, "run1");
    await server.query(
      `CREATE FUNCTION ${schema}.full() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
    );
    await server.query(
      `CREATE TRIGGER full_disk BEFORE INSERT ON ${schema}.instruction EXECUTE FUNCTION ${schema}.full()`,
    );
    await expectCode(create(store, "run2"), "unavailable");
    await expect(create(store, "run2")).rejects.toThrow(/No space left/);
    await server.query(`DROP TRIGGER full_disk ON ${schema}.instruction`);
    expect(await create(store, "run2")).toMatchObject({ id: 2 });
  });

  it("and is held up by somebody's lock longer than a statement may take is told as unavailable", async () => {
    const url = server.freshUrl();
    const { store } = await opened(url, { giveUpMs: 900, answerMs: 500 });
    await create(store, "run1");
    const hold = server.query(
      `WITH held AS MATERIALIZED (SELECT 1 FROM ${schemaOf(url)}.head FOR UPDATE)
       SELECT pg_sleep(3) FROM held`,
    );
    await expect
      .poll(() => server.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3)%'"))
      .toHaveLength(2);
    await expectCode(create(store, "run2"), "unavailable");
    await hold;
    const made = await create(store, "run3");
    expect(isSettled(made.status)).toBe(false);
    expect(await store.counts()).toMatchObject({ submitted: 2 });
  }, 30_000);

  it("and is reached by way of a pooler works, with a word of it", async () => {
    const through = new URL(server.freshUrl());
    const pooler = createServer((client) => {
      const upstream = connect(server.port, "127.0.0.1");
      client.on("error", () => upstream.destroy()).pipe(upstream);
      upstream.on("error", () => client.destroy()).on("end", () => client.end());
      // It tells of a process of its own, as pgbouncer does.
      upstream.on("data", (bytes: Buffer) => {
        const at = bytes.indexOf(Buffer.from("K\0\0\0\x0c", "latin1"));
        if (at !== -1) bytes.writeInt32BE(7, at + 5);
        client.write(bytes);
      });
    }).listen(0, "127.0.0.1");
    await once(pooler, "listening");
    cleanUp.push(async () => pooler.close());
    const address = pooler.address();
    through.port = String(typeof address === "object" ? address?.port : "");
    const { store, warnings } = await opened(through.href);
    expect(await create(store, "run1")).toMatchObject({ id: 1 });
    await expect
      .poll(() => warnings, { timeout: 5000 })
      .toEqual([expect.stringMatching(/A connection pooler stands between/)]);
  });

  it("and was brought up to date by a newer version is left alone", async () => {
    const url = server.freshUrl();
    const { store } = await opened(url);
    await create(store, "run1");
    await server.query(`INSERT INTO ${schemaOf(url)}.migration (name) VALUES ('0099-later')`);
    await expectCode(openPostgresStore(url, { onWarning: () => undefined }), "unavailable");
    await expect(openPostgresStore(url, { onWarning: () => undefined })).rejects.toThrow(
      /another version/,
    );
  });
});

const schemaOf = (url: string): string => new URL(url).searchParams.get("schema") ?? "";
