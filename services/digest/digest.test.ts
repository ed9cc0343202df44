import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Load, TableRule } from "../contract/load.ts";
import { digest } from "./digest.ts";
import { failureMessage } from "./failure-message.ts";
import { column, runDigest } from "./testing/golden-case.ts";
import { makeLoad, type Tables } from "./testing/make-load.ts";
import { everythingKnown } from "./validation/known-source.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "digest-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(join(dir, name, ".."), { recursive: true });
  writeFileSync(join(dir, name), content);
}

const isRoot = process.getuid?.() === 0;
const skipNote = isRoot ? " (skipped: root may read every file)" : "";

const constant = (name: string) => column("CONSTANT", name, null, null, { constantValue: "1" });
const names = { t: [column("CSV_COLUMN", "name", 1, 0)] };
const matrixOnly = { calls: [column("CSV_BOTH", "matrix", 1, 1)] };

const vcfTables: Tables = {
  marker: [
    constant("platform_id"),
    column("CSV_COLUMN", "name", 1, 2),
    column("CSV_COLUMN", "ref", 1, 3),
    column("CSV_COLUMN", "alts", 1, 4),
  ],
  calls: [column("CSV_BOTH", "matrix", 1, 9)],
};
const vcfHeader = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\n";

/** The errors of a digest that must fail and leave nothing. */
const errorsOf = async (load: Load) => {
  const { result, names: left } = await runDigest(load, dir);
  expect(result.status).toBe("failed");
  expect(result.tables).toEqual([]);
  expect(left).toEqual([]);
  return result.errors;
};

describe("what is wrong with an input", () => {
  it("is told with file, line and column", async () => {
    put("input/a.txt", "id\ts1\ts2\nm1\tAA\tAC\nm2\tAA\tXX\n");
    expect(await errorsOf(makeLoad(matrixOnly))).toEqual([
      {
        message: expect.stringMatching(
          /^SNPSepRemoval Unsupported Allele Call X X in row 3; expected/,
        ),
        file: join(dir, "input/a.txt"),
        plain:
          'The call is "XX"; expected two alleles of A, C, G, T, N, + or -. Correct it, or write N for a missing call.',
        sample: "s2",
        marker: "m2",
        line: 3,
        column: 3,
      },
    ]);
  });

  it("is counted in full and listed up to twenty of a kind", async () => {
    put("input/a.txt", `id\ts1\n${"m\tX\n".repeat(30)}${"m\tAA\tAA\n".repeat(3)}`);
    const { result } = await runDigest(makeLoad(matrixOnly), dir);
    expect(result.errorCount).toBe(33);
    expect(result.errors.length).toBe(23);
  });

  it.each([
    ["no file", "input/.keep/x", /the source directory has no file to read/],
    ["only files named digest", "input/a.digest.txt", /"digest" are not read/],
  ])("%s in the source directory", async (_what, file, words) => {
    put(file, "x");
    expect((await errorsOf(makeLoad(names)))[0]?.message).toMatch(words);
  });

  it("does not read again what it made, where the source directory is the destination", async () => {
    put("input/a.txt", "id\ts1\nm1\tAA\n");
    for (const name of ["quality.json", "quality.marker.tsv", "matrix.vcf", "digest.t"]) {
      put(`input/${name}`, "x\nof an earlier digest\n");
    }
    const load = makeLoad(names);
    const again = await runDigest(load, dir, join(dir, "input"));
    expect(again.files["digest.t"]).toBe("name\nm1\n");
    const elsewhere = await runDigest(load, dir);
    expect(elsewhere.files["digest.t"]).toContain("of an earlier digest");
  });

  it("would be written over by what is made of it", async () => {
    put("here/digest.t", "id\ts1\nm1\tAA\n");
    symlinkSync(join(dir, "here"), join(dir, "there"));
    const load = makeLoad(names, {}, { source: "here/digest.t" });
    const { result, names: left } = await runDigest(load, dir, join(dir, "there"));
    expect(left).toEqual([]);
    expect(result.errors).toEqual([
      {
        message: expect.stringMatching(
          /would take the place of this source; expected another dest/,
        ),
        file: join(dir, "here/digest.t"),
        line: null,
        column: null,
      },
    ]);
  });

  it("links that lead in a circle, a path through a file", async () => {
    symlinkSync("round", join(dir, "round"));
    put("a.txt", "id\nm1\n");
    for (const [source, message] of [
      ["round", /symbolic links that lead in a circle/],
      ["a.txt/b", /^Unexpected Missing File: the source does not exist/],
    ] as const) {
      const errors = await errorsOf(makeLoad(names, {}, { source }));
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(message),
          file: join(dir, source),
          line: null,
          column: null,
        },
      ]);
    }
  });

  it("no source, a relative one where none is allowed, or none named", async () => {
    expect((await errorsOf(makeLoad(names)))[0]).toMatchObject({
      message: expect.stringMatching(/^Unexpected Missing File/),
      file: join(dir, "input"),
    });
    expect((await errorsOf(makeLoad(names, {}, { source: "" })))[0]?.message).toMatch(/no source/);
    const outDir = join(dir, "out");
    mkdirSync(outDir);
    const { errors } = await digest(
      {
        load: makeLoad(names),
        root: null,
        outDir,
        publishDir: outDir,
        knownCrops: null,
        known: everythingKnown,
      },
      { onPhase: () => {}, onProgress: () => {}, checkpoint: () => {} },
    );
    expect(errors[0]?.message).toMatch(/relative path; expected an absolute one/);
  });

  it("a binary file", async () => {
    put("input/a.xlsx", Buffer.from("PK\x03\x04\n\x14\0\0", "latin1"));
    expect((await errorsOf(makeLoad(names)))[0]).toMatchObject({
      message: expect.stringMatching(/NUL byte/),
      line: 2,
    });
  });

  it("a gzip file that is cut short", async () => {
    const zipped = gzipSync("name\na\n".repeat(100));
    put("input/a.gz", zipped.subarray(0, 20));
    expect((await errorsOf(makeLoad(names)))[0]).toMatchObject({
      message: expect.stringMatching(/gzip file is damaged or cut short/),
      file: join(dir, "input/a.gz"),
    });
  });

  it.skipIf(isRoot)(`a file that may not be read${skipNote}`, async () => {
    put("input/a.txt", "name\na\n");
    chmodSync(join(dir, "input/a.txt"), 0);
    expect((await errorsOf(makeLoad(names)))[0]?.message).toMatch(/^Permission denied/);
  });

  it.each<[string, Tables, Partial<TableRule>, RegExp]>([
    ["a delimiter", names, { delimiter: "[" }, /the delimiter "\[" cannot be used/],
    ["a file type", names, { fileType: "FLAPJACK" }, /Unable to deal with file type FLAPJACK/],
    ["a table's name", { "../t": names.t }, {}, /is no file name/],
    ["no name", { "": names.t }, {}, /has no name/],
    ["a coordinate", { t: [column("CSV_COLUMN", "n", null, 0)] }, {}, /row coordinate for t\(n\)/],
    ["a column without type", { t: [column(null, "n", 0, 0)] }, {}, /t\(n\) has no type/],
    [
      "a replacement",
      { t: [column("CSV_COLUMN", "n", 1, 0, { findText: "a", replaceText: "$1" })] },
      {},
      /Table t: .*there is no group 1/,
    ],
    [
      "two matrices",
      { a: [column("CSV_BOTH", "a", 0, 0)], b: [column("CSV_BOTH", "b", 0, 0)] },
      {},
      /a and b both have a CSV_BOTH/,
    ],
    ["a delimiter of calls", matrixOnly, { delimiter: "A" }, /can be part of a call/],
    ["nothing to do", {}, {}, /no tables/],
  ])("%s of the instruction", async (_what, tables, file, words) => {
    put("input/a.txt", "name\na\n");
    expect((await errorsOf(makeLoad(tables, {}, file)))[0]?.message).toMatch(words);
  });

  it("a table that is named twice", async () => {
    const load = makeLoad(names);
    const errors = await errorsOf({ ...load, tables: [...load.tables, ...load.tables] });
    expect(errors[0]?.message).toBe("Table t is named twice");
  });

  it("files of a matrix whose headers differ", async () => {
    put("input/a.txt", "id\ts1\nm1\tAA\n");
    put("input/b.txt", "id\ts2\nm2\tAA\n");
    const errors = await errorsOf(
      makeLoad({ ...matrixOnly, samples: [column("CSV_ROW", "name", 0, 1)] }),
    );
    expect(errors).toEqual([
      {
        message: expect.stringMatching(/samples\.name differ from those of .*a\.txt/),
        file: join(dir, "input/b.txt"),
        line: 1,
        column: 2,
      },
    ]);
  });

  it("a file that ends between the rows of a table", async () => {
    put("input/a.txt", "a\tb\n");
    const errors = await errorsOf(
      makeLoad({ t: [column("CSV_ROW", "x", 0, 0), column("CSV_ROW", "y", 5, 0)] }),
    );
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/ends before line 6/),
      line: 6,
    });
  });

  it("a VCF whose genotypes do not come first", async () => {
    put("input/a.vcf", `${vcfHeader}1\t1\tm1\tA\tG\t.\t.\t.\tDP:GT\t3:0/1\t4:0/0\n`);
    const errors = await errorsOf(makeLoad(vcfTables, {}, { fileType: "VCF" }));
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/^FORMAT is DP:GT; expected GT as its first key/),
      marker: "m1",
      line: 2,
    });
  });
});

/** The files of a digest that must complete. */
const filesOf = async (load: Load) => {
  const { result, files } = await runDigest(load, dir);
  expect(result.errors).toEqual([]);
  return files;
};

describe("what a digest makes", () => {
  it("is the same from one file, from several and from a compressed one", async () => {
    const text = "name\tx\r\nann\t1\r\nbob\t2";
    put("one/a.txt", text);
    put("zip/a.txt.gz", gzipSync(text));
    put("two/a.txt", "name\tx\nann\t1\n\n\n");
    put("two/b.txt", "\ufeffname\tx\rbob\t2\r");
    const tables = { t: [column("AUTOINCREMENT", "i"), column("CSV_COLUMN", "name", 1, 0)] };
    const expected = { "digest.t": "i\tname\n0\tann\n1\tbob\n" };
    for (const source of ["one", "one/a.txt", "zip", "two"]) {
      expect(await filesOf(makeLoad(tables, {}, { source }))).toEqual(expected);
    }
  });

  it("brings Latin-1 into UTF-8, also through a filter", async () => {
    put("input/a.txt", Buffer.from("name\ncaf\xe9\n", "latin1"));
    const filtered = column("CSV_COLUMN", "cut", 1, 0, { filterFrom: "c" });
    expect(await filesOf(makeLoad({ t: [...names.t, filtered] }))).toEqual({
      "digest.t": "name\tcut\ncafÃ©\tafÃ©\n",
    });
  });

  it("tells cells apart by an expression, in every kind of table", async () => {
    put("input/a.txt", "id  s1   s2\nm1 A/G AA\nm2   TT  NN\n");
    const tables = {
      markers: [column("CSV_COLUMN", "name", 1, 0)],
      samples: [column("CSV_ROW", "name", 0, 1)],
      ...matrixOnly,
    };
    expect(await filesOf(makeLoad(tables, {}, { delimiter: " +" }))).toEqual({
      "digest.markers": "name\nm1\nm2\n",
      "digest.samples": "name\ns1\ns2\n",
      "digest.calls": "AG\tAA\nTT\tNN\n",
    });
  });

  it("is filtered call by call where the matrix column says so", async () => {
    put("input/a.txt", "id\ts1\ts2\nm1\tx:A/G\ty:AA\n");
    const calls = [column("CSV_BOTH", "matrix", 1, 1, { filterFrom: ":" })];
    expect(await filesOf(makeLoad({ calls }))).toEqual({ "digest.calls": "AG\tAA\n" });
  });

  it("is transposed where samples stand in rows, trailing delimiters left away", async () => {
    put("input/a.txt", "id\tm1\tm2\ns1\tAA\tAC\t\ns2\tTT\tNN\t\ns3\tGG\tGG\t\n");
    const {
      result,
      files,
      names: left,
    } = await runDigest(makeLoad(matrixOnly, { orientation: "SAMPLE_FAST" }), dir);
    expect(files).toEqual({ "digest.calls": "AA\tTT\tGG\nAC\tNN\tGG\n" });
    expect(left.filter((name) => !name.startsWith("quality."))).toEqual(["digest.calls"]);
    expect(result).toMatchObject({
      tables: [{ table: "calls", file: "output/digest.calls", rows: 2, columns: 3 }],
      matrix: { markers: 2, samples: 3, missing: 1, heterozygous: 1 },
    });
  });

  it("takes ref and alts of a VCF from wherever the marker table is read", async () => {
    put("input/a.vcf", `${vcfHeader}1\t1\tm1\tA\tG\t.\t.\t.\tGT:DP\t0/1:3\t1|1:4\r\n`);
    put("markers/m.txt", "ref\tA\nalts\tG\n");
    const load = makeLoad(vcfTables, {}, { fileType: "VCF" });
    const expected = "AG\tGG\n";
    expect((await filesOf(load))["digest.calls"]).toBe(expected);
    const sideways = load.tables.map((table): TableRule =>
      table.table === "marker"
        ? {
            ...table,
            source: "markers",
            fileType: "GENERIC",
            columns: [
              constant("platform_id"),
              column("CSV_ROW", "alts", 1, 1),
              column("CSV_ROW", "ref", 0, 1),
              constant("name"),
            ],
          }
        : table,
    );
    const files = await filesOf({ ...load, tables: sideways });
    expect(files["digest.calls"]).toBe(expected);
    expect(files["digest.marker"]).toBe('platform_id\talts\tref\tname\n1\t"{""G""}"\tA\t1\n');
  });

  it("has no calls where a line of a VCF has no genotypes, and says so", async () => {
    put("input/a.vcf", `${vcfHeader}1\t1\tm1\tA\tG\t.\t.\t.\tDP\t1\t0\n`);
    const { result, files } = await runDigest(makeLoad(vcfTables, {}, { fileType: "VCF" }), dir);
    expect(files["digest.calls"]).toBe("NN\tNN\n");
    expect(result.matrix).toMatchObject({ missing: 2, heterozygous: 0 });
    expect(result.warnings.filter(({ line }) => line !== null)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/without GT/), line: 2 }),
    ]);
  });

  it("warns of what deserves a look", async () => {
    put("input/a.txt", "name\n");
    const { result } = await runDigest(
      makeLoad({ t: [...names.t, column("CONSTANT", "k")], u: [constant("k")] }),
      dir,
    );
    expect(result.status).toBe("completed");
    expect(result.warnings.map(({ message }) => message)).toEqual([
      "The constant t(k) has no value; its cells are left empty",
      "Table u has no column that is read from the source; its file is empty",
      "Table t has no data rows. Check in which line its cells begin",
    ]);
  });

  it("leaves duplicate rows of a linkage group out", async () => {
    put("input/a.txt", "lg\nchr1\nchr1\nNA\nchr1\nNA\n");
    const linkageGroup = [constant("map_id"), column("CSV_COLUMN", "name", 1, 0)];
    expect(await filesOf(makeLoad({ linkage_group: linkageGroup }))).toEqual({
      "digest.linkage_group": "map_id\tname\n1\tchr1\n1\tNA\n",
    });
  });
});

const stop = new Error("stop");
const start = (hooks: Partial<Parameters<typeof digest>[1]>, outDir: string) =>
  digest(
    {
      load: makeLoad(matrixOnly),
      root: dir,
      outDir,
      publishDir: outDir,
      knownCrops: null,
      known: everythingKnown,
    },
    { onPhase: () => {}, onProgress: () => {}, checkpoint: () => {}, ...hooks },
  );

describe("hooks", () => {
  beforeEach(() => {
    put("input/a.txt", `id\ts1\n${"marker\tAA\n".repeat(1_000_000)}`);
    mkdirSync(join(dir, "out"));
  });

  it.each<[string, Partial<Parameters<typeof digest>[1]>]>([
    [
      "checkpoint",
      {
        checkpoint: () => {
          throw stop;
        },
      },
    ],
    ["onPhase", { onPhase: () => Promise.reject(stop) }],
    [
      "onProgress",
      {
        onProgress: () => {
          throw stop;
        },
      },
    ],
  ])("stop the digest by throwing in %s, and nothing is left", async (_name, hooks) => {
    const out = join(dir, "out");
    await expect(start(hooks, out)).rejects.toBe(stop);
    expect(readdirSync(out)).toEqual([]);
  });

  it("are told the bytes, up to all of them", async () => {
    const steps: { bytesRead: number; bytesTotal: number }[] = [];
    const { bytesRead } = await start({ onProgress: (step) => steps.push(step) }, join(dir, "out"));
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.at(-1)).toEqual({ bytesRead, bytesTotal: bytesRead });
  });
});

describe("failureMessage", () => {
  it("says where the digest was and what went wrong where", () => {
    const problem = { message: "No", file: "/a.txt", line: 3, column: 2 };
    expect(
      failureMessage({ gobiiStatus: "digest", message: "Beginning file digest" }, problem),
    ).toBe(
      "Status: digest - Beginning file digest | \n" +
        "Unsuccessfully Generated Files - No Data Upload : No [/a.txt:3:2]",
    );
    expect(failureMessage(null, undefined)).toMatch(/^Status: in_progress - Beginning Digest/);
  });
});
