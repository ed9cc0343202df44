import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DigestResult } from "../contract/result.ts";
import { digestFile } from "./digest.ts";
import { dryRunFile } from "./dry-run.ts";
import { validateFile } from "./validate.ts";

let dir = "";
let file = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "command-"));
  file = join(dir, "instruction.json");
  mkdirSync(join(dir, "input"));
  writeFileSync(join(dir, "input/a.txt"), "name\nann\nbob\n");
});
afterEach(() => rmSync(dir, { recursive: true }));

const quiet = { crops: ["dev"], json: true } as const;

function tableOf(table: string, more: Record<string, unknown> = {}) {
  return {
    table,
    gobiiFile: { source: "input", destination: "deep/output/", delimiter: "\\t" },
    gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 }],
    ...more,
  };
}

function write(instruction: unknown): void {
  writeFileSync(file, typeof instruction === "string" ? instruction : JSON.stringify(instruction));
}

describe("digestFile", () => {
  it("says in words what is wrong with what it was given", async () => {
    const messageOf = async (options: object = {}, of = file) =>
      (await digestFile(of, { ...quiet, ...options })).errors[0]?.message;
    write([]);
    expect(await messageOf()).toBe("The instruction has no tables");
    expect(await messageOf({}, join(dir, "none.json"))).toBe(
      `${join(dir, "none.json")} cannot be read: there is no such file or directory`,
    );
    expect(await messageOf({}, dir)).toBe(
      `${dir} cannot be read: it is a directory, where a file is needed`,
    );
    writeFileSync(file, Buffer.from("[é]", "latin1"));
    expect(await messageOf()).toBe(`${file} is not valid UTF-8. Send JSON in UTF-8.`);
    write([tableOf("t")]);
    const taken = join(dir, "input/a.txt");
    expect(await messageOf({ out: "/proc/x" })).toBe(
      "The destination /proc/x cannot be written: no directory can be made there. Name another directory with --out.",
    );
    expect(await messageOf({ out: taken })).toBe(
      `The destination ${taken} is a file; expected a directory`,
    );
    expect(await messageOf({ out: join(taken, "deeper") })).toBe(
      `The destination ${join(taken, "deeper")} lies below a file; expected a directory`,
    );
    expect(await messageOf({ known: join(dir, "known.json") })).toBe(
      `${join(dir, "known.json")} cannot be read: there is no such file or directory`,
    );
    expect(readFileSync(taken, "utf8")).toBe("name\nann\nbob\n");
    expect(readdirSync(dir).toSorted()).toEqual(["input", "instruction.json"]);
  });

  it("puts the files where the instruction says, relative to its own folder", async () => {
    write([tableOf("t")]);
    const result = await digestFile(file, quiet);
    expect(DigestResult.parse(result)).toMatchObject({
      status: "completed",
      tables: [{ table: "t", file: join(dir, "deep/output/digest.t"), rows: 2, columns: 1 }],
    });
    expect(readFileSync(join(dir, "deep/output/digest.t"), "utf8")).toBe("name\nann\nbob\n");
    expect(readdirSync(join(dir, "deep"))).toEqual(["output"]);
  });

  it("puts them where --out says, beside what is there, and reads from --root", async () => {
    const out = join(dir, "out");
    mkdirSync(out);
    mkdirSync(join(dir, "elsewhere"));
    writeFileSync(join(out, "notes.txt"), "mine");
    file = join(dir, "elsewhere/instruction.json");
    write([tableOf("t")]);
    const result = await digestFile(file, { ...quiet, root: dir, out });
    expect(result.status).toBe("completed");
    expect(readdirSync(out).toSorted()).toEqual(["digest.t", "notes.txt"]);
  });

  it("leaves no trace of a digest that fails", async () => {
    write([
      tableOf("t", {
        gobiiFileColumns: [{ gobiiColumnType: "CSV_ROW", name: "n", rCoord: 0, cCoord: 9 }],
      }),
    ]);
    const result = await digestFile(file, quiet);
    expect(result.status).toBe("failed");
    expect(readdirSync(dir).toSorted()).toEqual(["input", "instruction.json"]);
  });

  const dnarun = tableOf("dnarun", {
    gobiiFileColumns: [
      { gobiiColumnType: "CSV_COLUMN", name: "dnasample_name", rCoord: 1, cCoord: 0 },
      ...["name", "project_id", "experiment_id"].map((name) => ({
        gobiiColumnType: "CONSTANT",
        name,
        constantValue: "1",
      })),
    ],
  });

  it("asks the database in a dry run as well", async () => {
    write([dnarun]);
    const options = { ...quiet, knownDatabase: "postgres://nobody@127.0.0.1:1/none" };
    const [whole, dry] = [await digestFile(file, options), await dryRunFile(file, options, 10)];
    expect(whole.errors[0]?.message).toMatch(/database/i);
    expect(dry).toMatchObject({ ok: false, errors: whole.errors });
  });

  it("knows what the file of known things says", async () => {
    const known = join(dir, "db.json");
    writeFileSync(known, '{"missing": ["bob"]}');
    write([dnarun]);
    const result = await digestFile(file, { ...quiet, known });
    expect(result.validation[0]?.failures).toEqual([
      {
        reason: "dnasample_name does not exist in DB",
        columnName: ["dnasample_name"],
        values: ["bob"],
      },
    ]);
  });

  it("knows what earlier digests brought", async () => {
    const earlier = join(dir, "earlier");
    mkdirSync(earlier);
    writeFileSync(
      join(earlier, "digest.dnasample"),
      "project_id\tname\tnum\n1\tann\t1\n2\tbob\t1\n",
    );
    write([dnarun]);
    const result = await digestFile(file, { ...quiet, knownDigests: [earlier] });
    expect(result.validation[0]?.failures).toEqual([
      {
        reason: "dnasample_name does not exist in DB",
        columnName: ["dnasample_name"],
        values: ["bob"],
      },
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ["no JSON", "[", /instruction\.json is not valid JSON, line 1, column 2/],
    ["no instruction", {}, /not a loader instruction/],
    [
      "a column of no known type",
      [tableOf("t", { gobiiFileColumns: [{ gobiiColumnType: "X" }] })],
      /gobiiColumnType/,
    ],
    ["an unknown crop", [tableOf("t", { gobiiCropType: "banana" })], /Unknown Crop Type: banana/],
    ["no destination", [tableOf("t", { gobiiFile: { source: "input" } })], /names no destination/],
    [
      "two destinations",
      [tableOf("t"), tableOf("u", { gobiiFile: { source: "input", destination: "b" } })],
      /several destinations: deep\/output, b/,
    ],
  ])("makes a failed result of %s", async (_what, instruction, words) => {
    write(instruction);
    const result = DigestResult.parse(await digestFile(file, quiet));
    expect(result.status).toBe("failed");
    expect(result.errors[0]?.message).toMatch(words);
  });

  it("makes a failed result of a file that is not there", async () => {
    const result = await digestFile(join(dir, "none.json"), quiet);
    expect(result.errors[0]?.message).toMatch(/none\.json cannot be read/);
  });

  it("takes any crop when told so", async () => {
    write([tableOf("t", { gobiiCropType: "banana" })]);
    expect((await digestFile(file, { ...quiet, crops: null })).status).toBe("completed");
  });

  it("stops when interrupted, and leaves nothing", async () => {
    writeFileSync(join(dir, "input/a.txt"), "name\nann\n".repeat(1_000_000));
    write([tableOf("t")]);
    await expect(digestFile(file, quiet, AbortSignal.abort())).rejects.toThrow("Interrupted");
    expect(readdirSync(dir).toSorted()).toEqual(["input", "instruction.json"]);
  });
});

describe("validateFile", () => {
  it("gives the messages of the instruction validator", () => {
    write([tableOf("t")]);
    expect(validateFile(file)).toEqual({ ok: true, messages: [] });
    write([tableOf("marker_prop")]);
    expect(validateFile(file)).toEqual({
      ok: false,
      messages: [expect.stringMatching(/^marker_prop exists without marker: .*Add marker\.name/)],
    });
  });

  it("says what keeps a file from being an instruction", () => {
    write("nonsense");
    expect(validateFile(file)).toEqual({
      ok: false,
      messages: [expect.stringMatching(/not valid JSON, line 1, column 2/)],
    });
  });
});
