import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mayPass } from "../digest/passing-problems.ts";
import { everythingKnown, NAMES_PER_QUESTION } from "../digest/validation/known-source.ts";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "../web/testing/private-postgres.ts";
import { openGobiiDatabase, type GobiiDatabase } from "./gobii-database.ts";

const missing = missingForPostgres();

/** The tables that are asked, as far as they are asked, of GOBii's own schema. */
const SCHEMA = `
  create table platform (platform_id serial primary key, name text);
  create table project (project_id serial primary key, name text);
  create table experiment (experiment_id serial primary key, name text);
  create table mapset (mapset_id serial primary key, name text);
  create table cv (cv_id serial primary key, term text);
  create table reference (reference_id serial primary key, name text);
  create table germplasm (germplasm_id serial primary key, name text, external_code text);
  create table dnasample (dnasample_id serial primary key, name text, num integer, project_id integer);
  create table dnarun (dnarun_id serial primary key, name text, experiment_id integer);
  create table marker (marker_id serial primary key, name text, platform_id integer);
  create table linkage_group (linkage_group_id serial primary key, name text, map_id integer);
  insert into platform (name) values ('GBS'), ('KASP');
  insert into project (name) values ('p');
  insert into experiment (name) values ('e');
  insert into mapset (name) values ('m');
  insert into cv (term) values ('Zea mays');
  insert into reference (name) values ('B73');
  insert into germplasm (name, external_code) values ('line', 'G1');
  insert into dnasample (name, num, project_id) values ('S1', 2, 1);
  insert into dnarun (name, experiment_id) values ('R1', 1);
  insert into marker (name, platform_id) values ('M1', 1), ('M''2', 2);
  insert into linkage_group (name, map_id) values ('chr1', 1);
`;

describe.skipIf(missing !== null)(`a GOBii database ${skipNote(missing)}`, () => {
  let server: PrivatePostgres;
  let database: GobiiDatabase;
  beforeAll(async () => {
    server = await startPrivatePostgres();
    await server.query(SCHEMA);
    database = openGobiiDatabase(server.url);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.dispose();
  });

  it.each(["platform", "project", "experiment", "mapset"] as const)(
    "knows ids: %s",
    async (kind) => {
      expect(await database.unknownIds(kind, ["1", "9", "x", "1 or true"])).toEqual([
        "9",
        "x",
        "1 or true",
      ]);
    },
  );

  it.each([
    ["cv", "Zea mays", null],
    ["reference", "B73", null],
    ["germplasm", "G1", null],
    ["dnasample", "S1", "1"],
    ["dnasample_num", "S1,2", "1"],
    ["dnarun", "R1", "1"],
    ["marker", "M1", "1"],
    ["marker", "M'2", "2"],
    ["linkage_group", "chr1", "1"],
  ] as const)("knows names: %s %s within %s", async (kind, name, within) => {
    expect(await database.unknownNames(kind, [name, "other", ""], within)).toEqual(["other", ""]);
    if (within === null) return;
    expect(await database.unknownNames(kind, [name], "77")).toEqual([name]);
    expect(await database.unknownNames(kind, [name], "none")).toEqual([name]);
  });

  it("takes as many names as are asked at once", async () => {
    const names = Array.from({ length: NAMES_PER_QUESTION }, (_, k) => `M${k}`);
    const unknown = await database.unknownNames("marker", names, "1");
    expect(unknown).toEqual(names.filter((name) => name !== "M1"));
    expect(await everythingKnown.unknownNames("marker", names, "1")).toEqual([]);
  });

  it("can change nothing", async () => {
    const hostile = "'); delete from marker; --";
    expect(await database.unknownNames("marker", [hostile], "1")).toEqual([hostile]);
    expect(await server.query("select 1 from marker")).toHaveLength(2);
  });

  it("says what is wrong without the password, and whether it may pass", async () => {
    const place = new URL(server.url);
    place.password = "secret";
    place.pathname = "/nowhere";
    const absent = openGobiiDatabase(place.href);
    const refused = await absent.unknownIds("platform", ["1"]).catch((thrown: unknown) => thrown);
    await absent.close();
    expect(String(refused)).toMatch(
      /127\.0\.0\.1:\d+\/nowhere, did not answer: .*nowhere.*does not exist/,
    );
    expect(String(refused)).not.toContain("secret");
    expect(mayPass(refused)).toBe(false);

    place.port = "1";
    const silent = openGobiiDatabase(place.href);
    const lost = await silent.unknownIds("platform", ["1"]).catch((thrown: unknown) => thrown);
    await silent.close();
    expect(mayPass(lost)).toBe(true);
  });
});
