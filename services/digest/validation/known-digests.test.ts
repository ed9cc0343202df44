import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { knownFromDigests, knownToEither, namingFilesIn } from "./known-digests.ts";
import type { KnownSource } from "./known-source.ts";

function directory(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), "known-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [table, text] of Object.entries(files))
    writeFileSync(join(dir, `digest.${table}`), text);
  return dir;
}

const markers = (platform: number, names: readonly string[]): string =>
  `platform_id\tname\tref\n${names.map((name) => `${platform}\t${name}\tA\n`).join("")}`;

const loads = () => [
  directory({ marker: markers(1, ["m1", "m2"]), matrix: "AA\n" }),
  directory({
    marker: markers(2, ["m3"]),
    dnasample: "name\tnum\tproject_id\ns1\t1\t5\ns2\t1\t5\n",
    germplasm: "external_code\tname\ng1\tgerm\n",
  }),
];

const source = () => knownFromDigests(loads().flatMap((dir) => namingFilesIn(dir)));

describe("what earlier loads brought", () => {
  it("is known, within the id that names are unique in", async () => {
    const known = source();
    expect(await known.unknownNames("marker", ["m1", "m2", "m3", "m4"], "1")).toEqual(["m3", "m4"]);
    expect(await known.unknownNames("marker", ["m1", "m3"], "2")).toEqual(["m1"]);
    expect(await known.unknownNames("marker", ["m1", "m3", "m5"], null)).toEqual(["m5"]);
    expect(await known.unknownNames("dnasample_num", ["s1,1", "s2,2"], "5")).toEqual(["s2,2"]);
    expect(await known.unknownNames("germplasm", ["g1", "g2"], null)).toEqual(["g2"]);
    expect(await known.unknownNames("dnarun", ["r1"], "1")).toEqual(["r1"]);
  });

  it("says nothing of ids, terms and references, which no load brings", async () => {
    expect(await source().unknownIds("platform", ["99"])).toEqual([]);
    expect(await source().unknownNames("cv", ["x"], null)).toEqual([]);
    expect(await source().unknownNames("reference", ["x"], null)).toEqual([]);
  });

  it("finds names wherever they stand in a large file, and lets others have their turn", async () => {
    const names = Array.from({ length: 30_000 }, (_name, k) => `marker_${k}`);
    const known = knownFromDigests(namingFilesIn(directory({ marker: markers(1, names) })));
    let turns = 0;
    const pace = () => void turns++;
    const asked = ["marker_0", "marker_29999", "marker_30000"];
    expect(await known.unknownNames("marker", asked, "1", pace)).toEqual(["marker_30000"]);
    expect(turns).toBeGreaterThan(10);
  });

  it("adds to what a database knows, which alone knows of ids", async () => {
    const questions: number[] = [];
    const database: KnownSource = {
      unknownIds: (_kind, ids) => Promise.resolve(ids.filter((id) => id !== "1")),
      unknownNames: (_kind, names) => {
        questions.push(names.length);
        return Promise.resolve(names.filter((name) => name !== "m9"));
      },
    };
    const either = knownToEither(database, source(), 2);
    expect(await either.unknownNames("marker", ["m1", "m9", "m7"], "1")).toEqual(["m7"]);
    expect(questions).toEqual([2, 1]);
    expect(await either.unknownIds("platform", ["1", "2"])).toEqual(["2"]);
  });
});
