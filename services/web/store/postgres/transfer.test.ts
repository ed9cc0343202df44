import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "../../testing/private-postgres.ts";
import { openLowdbStore } from "../lowdb-store.ts";
import { complete, create, expectCode, now } from "../store-fixtures.ts";
import { listAll } from "../store-model.ts";
import { moveContents, sumsOf, type FillableStore } from "../transfer.ts";
import { templateBook } from "../../templates.ts";
import { putVariety } from "../transfer-fixtures.ts";
import { openPostgresStore } from "./postgres-store.ts";

const missing = missingForPostgres();
const options = { onWarning: (): void => {}, compactAtBytes: 4096 };

describe.skipIf(missing !== null)(`moving a record ${skipNote(missing)}`, () => {
  let server: PrivatePostgres;
  beforeAll(async () => {
    server = await startPrivatePostgres();
  }, 60_000);
  afterAll(() => server.dispose());

  const inDatabase = async (url = server.freshUrl()): Promise<FillableStore> => {
    const store = await openPostgresStore(url, options);
    onTestFinished(() => store.close());
    return store;
  };

  it("from a folder into a database and back leaves nothing behind and changes nothing", async () => {
    const folder = await inFolder();
    await putVariety(folder);
    const sums = await sumsOf(folder);
    expect(sums.jobs).toBeGreaterThan(5);
    const url = server.freshUrl();
    const database = await inDatabase(url);
    expect(await moveContents(folder, database)).toEqual(sums);
    const again = await inFolder();
    expect(await moveContents(database, again)).toEqual(sums);
    expect(await again.job(1)).toEqual(await folder.job(1));
    for (const store of [folder, database, again]) {
      const templates = await templateBook({ store, now: () => now }).list();
      expect(templates.map(({ name }) => name)).toEqual(["Ä / 1", "Z"]);
    }

    const seq = await folder.lastSeq();
    const newest = (await listAll(folder)).jobs.at(-1)?.id ?? 0;
    for (const store of [folder, database, again]) {
      expect(await create(store, "next")).toMatchObject({ id: newest + 1 });
      expect(await store.lastSeq()).toBe(seq + 1);
      expect((await store.eventsAfter(seq, 10))?.map((event) => event.key)).toEqual(["next"]);
    }
    const schema = new URL(url).searchParams.get("schema");
    const attempts = await server.query<{ ended_as: string | null }>(
      `SELECT ended_as FROM ${schema}.attempt JOIN ${schema}.job ON id = job
       WHERE key IN ('ended', 'running') ORDER BY key`,
    );
    expect(attempts.map((attempt) => attempt.ended_as)).toEqual(["completed", null]);
  });

  it("survives a restart of what it was moved into", async () => {
    const database = await inDatabase();
    await putVariety(database);
    const folder = await mkdtemp(join(tmpdir(), "transfer-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const first = await openLowdbStore(folder, options);
    const sums = await moveContents(database, first);
    await first.close();
    const second = await openLowdbStore(folder, options);
    expect(await sumsOf(second)).toEqual(sums);
    await second.close();
  });

  it("does not give the number of a removed job again", async () => {
    const [folder, database] = [await inFolder(), await inDatabase()];
    for (const key of ["a", "b"]) await complete(folder, (await create(folder, key)).id);
    await folder.remove([2], now, "old");
    await moveContents(folder, database);
    expect(await create(database, "c")).toMatchObject({ id: 3 });
    await complete(database, 3);
    await database.remove([3], now, "old");
    const back = await inFolder();
    await moveContents(database, back);
    expect(await create(back, "d")).toMatchObject({ id: 4 });
  });

  it("is refused where there is something, and leaves that as it is", async () => {
    const [folder, database] = [await inFolder(), await inDatabase()];
    await create(folder, "run1");
    await create(database, "run2");
    await expectCode(moveContents(folder, database), "conflict");
    await expectCode(moveContents(database, folder), "conflict");
    expect(await database.jobByKey("dev", "run1")).toBeNull();
    expect(await folder.jobByKey("dev", "run2")).toBeNull();
  });

  it("is noticed to have gone wrong", async () => {
    const [folder, database] = [await inFolder(), await inDatabase()];
    await create(folder, "run1", { message: "as it was" });
    const forgetful: FillableStore = {
      ...database,
      takeOver: async (contents) => {
        await database.takeOver(contents);
        await database.update(1, (job) => ({ job: { ...job, message: "other" }, events: [] }));
      },
    };
    await expect(moveContents(folder, forgetful)).rejects.toThrow(/not what was written/);
  });

  it("into a database is done whole or not at all", async () => {
    const [folder, database] = [await inFolder(), await inDatabase()];
    for (const key of ["a", "b"]) await create(folder, key);
    const broken: FillableStore = {
      ...folder,
      instruction: async (id) => {
        if (id === 2) throw new Error("a broken disk");
        return folder.instruction(id);
      },
    };
    await expect(moveContents(broken, database)).rejects.toThrow("a broken disk");
    expect(await sumsOf(database)).toMatchObject({ jobs: 0, events: 0, settings: 0 });
    expect(await moveContents(folder, database)).toMatchObject({ jobs: 2 });
  });
});

async function inFolder(): Promise<FillableStore> {
  const folder = await mkdtemp(join(tmpdir(), "transfer-"));
  const store = await openLowdbStore(folder, options);
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}
