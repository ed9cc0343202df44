import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { exportMatrix, type ExportOutcome } from "./matrix-exports.ts";
import { parquetProblem } from "./parquet-size.ts";

let dir: string;
let warnings: readonly string[];
let files: ExportOutcome["files"];

const rows = [
  ["AA", "AG", "GG", "NN", "GA"],
  ["CC", "CC", "CC", "CC", "CC"],
  ["NN", "NN", "NN", "NN", "NN"],
  ["TT", "AN", "TC", "CC", "AA"],
  ["--", "AA", "A-", "AA", "NN"],
];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "export-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const matrixPath = join(dir, "digest.matrix");
  writeFileSync(matrixPath, `${rows.map((row) => row.join("\t")).join("\n")}\n`);
  const table = (name: string, text: string) => {
    const path = join(dir, `digest.${name}`);
    writeFileSync(path, text);
    return { table: name, path, rows: 5 };
  };
  const tables = [
    table("dataset_marker", "marker_idx\tmarker_name\n0\tm1\n1\tm2\n2\tm3\n3\tm4\n4\tm5\n"),
    table("dataset_dnarun", "dnarun_name\ns1\ns2\ns 3\ns4\ns5\n"),
    table("marker", "name\tref\nm1\tG\nm2\tC\nm3\tA\nm4\tT\nm5\tA\n"),
    table(
      "marker_linkage_group",
      "linkage_group_name\tmarker_name\tstart\nchr1\tm1\t10\nchr1\tm2\t20\nchr2\tm3\t5\nchr2\tm4\t6\nchr2\tm5\t7\n",
    ),
  ];
  ({ warnings, files } = await exportMatrix({
    formats: ["vcf", "hapmap", "plink", "parquet"],
    outDir: dir,
    matrixPath,
    markers: 5,
    samples: 5,
    width: 2,
    missing: "NN",
    tables,
    pace: () => undefined,
  }));
});

describe("a matrix in other formats", () => {
  it("says what a format could not hold", () => {
    expect(warnings).toEqual([
      "1 markers have calls that plink cannot hold; they are missing there",
    ]);
  });

  it("is the same in HapMap", () => {
    const [header, first] = readFileSync(join(dir, "matrix.hmp.txt"), "utf8").split("\n");
    expect(header?.split("\t").slice(10)).toEqual(["QCcode", "s1", "s2", "s 3", "s4", "s5"]);
    expect(first?.split("\t")).toEqual(
      ["m1", "G/A", "chr1", "10", "+", "NA", "NA", "NA", "NA", "NA", "NA"].concat(rows[0] ?? []),
    );
  });

  it("has the reference first in VCF", () => {
    const lines = readFileSync(join(dir, "matrix.vcf"), "utf8").trimEnd().split("\n");
    const body = lines.filter((line) => !line.startsWith("#")).map((line) => line.split("\t"));
    expect(body.map((cells) => cells.slice(0, 5).concat(cells.slice(9)))).toEqual([
      ["chr1", "10", "m1", "G", "A", "1/1", "1/0", "0/0", "./.", "0/1"],
      ["chr1", "20", "m2", "C", ".", "0/0", "0/0", "0/0", "0/0", "0/0"],
      ["chr2", "5", "m3", "A", ".", "./.", "./.", "./.", "./.", "./."],
      ["chr2", "6", "m4", "T", "A,C", "0/0", "1/.", "0/2", "2/2", "1/1"],
      ["chr2", "7", "m5", "A", "<DEL>", "1/1", "0/0", "0/1", "0/0", "./."],
    ]);
  });

  it("names the files of each format", () => {
    expect(files.map(({ format, path }) => `${format} ${basename(path)}`)).toEqual([
      "vcf matrix.vcf",
      "hapmap matrix.hmp.txt",
      "plink matrix.bed",
      "plink matrix.bim",
      "plink matrix.fam",
      "parquet matrix.parquet",
    ]);
    for (const { path } of files) expect(existsSync(path)).toBe(true);
  });

  it("is a row for each marker in Parquet, and a column for each sample, null where a call is missing", async () => {
    const file = await asyncBufferFromFile(join(dir, "matrix.parquet"));
    const schema = parquetSchema(await parquetMetadataAsync(file));
    expect(schema.children.map(({ element }) => [element.name, element.type])).toEqual([
      ["marker", "BYTE_ARRAY"],
      ["chromosome", "BYTE_ARRAY"],
      ["position", "DOUBLE"],
      ["alleles", "BYTE_ARRAY"],
      ...["s1", "s2", "s 3", "s4", "s5"].map((name) => [name, "BYTE_ARRAY"]),
    ]);
    const read = await parquetReadObjects({ file });
    expect(read.map((row) => Object.values(row))).toEqual([
      ["m1", "chr1", 10, "G/A", "AA", "AG", "GG", null, "GA"],
      ["m2", "chr1", 20, "C", "CC", "CC", "CC", "CC", "CC"],
      ["m3", "chr2", 5, "A", null, null, null, null, null],
      ["m4", "chr2", 6, "T/A/C", "TT", "AN", "TC", "CC", "AA"],
      ["m5", "chr2", 7, "A/-", "--", "AA", "A-", "AA", null],
    ]);
  });

  const bcftools = existsSync("/usr/bin/bcftools");
  it.skipIf(!bcftools)(
    `is read by bcftools${bcftools ? "" : " NOT FOUND: bcftools (apt-get install bcftools)"}`,
    () => {
      const args = ["query", "-f", "%ID[\t%TGT]\n", join(dir, "matrix.vcf")];
      const read = execFileSync("/usr/bin/bcftools", args, { encoding: "utf8", stdio: "pipe" });
      expect(read.split("\n")[0]).toBe("m1\tA/A\tA/G\tG/G\t./.\tG/A");
    },
  );

  const plink = existsSync("/usr/bin/plink1.9");
  it.skipIf(!plink)(
    `is read by plink${plink ? "" : " NOT FOUND: plink1.9 (apt-get install plink1.9)"}`,
    () => {
      const args = [
        "--bfile",
        "matrix",
        "--allow-extra-chr",
        "--allow-no-sex",
        "--keep-allele-order",
      ];
      execFileSync("/usr/bin/plink1.9", [...args, "--recode", "transpose", "--out", "back"], {
        cwd: dir,
        stdio: "ignore",
      });
      const calls = readFileSync(join(dir, "back.tped"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" ").slice(4).join(" "));
      expect(calls).toEqual([
        "A A A G G G 0 0 A G",
        "C C C C C C C C C C",
        "0 0 0 0 0 0 0 0 0 0",
        "T T 0 0 0 0 0 0 A A",
        "- - A A - A A A 0 0",
      ]);
      expect(readFileSync(join(dir, "back.tfam"), "utf8").split("\n")[2]).toBe("s_3 s_3 0 0 0 -9");
    },
  );
});

const sizeOf = (marker: number, sample: number): string =>
  (marker * 7 + sample) % 13 === 0 ? "00000000" : String(10_000_000 + ((marker * sample) % 991));

describe("a matrix in Parquet", () => {
  it("is the same in several row groups, of calls that are no letters, with sample names twice", async () => {
    const [markers, samples] = [9000, 400];
    const outDir = mkdtempSync(join(tmpdir(), "export-test-"));
    onTestFinished(() => rmSync(outDir, { recursive: true, force: true }));
    const matrixPath = join(outDir, "digest.matrix");
    const line = (marker: number): string =>
      Array.from({ length: samples }, (_call, sample) => sizeOf(marker, sample)).join("\t");
    writeFileSync(matrixPath, Array.from({ length: markers }, (_m, k) => `${line(k)}\n`).join(""));
    const path = join(outDir, "digest.dnarun");
    writeFileSync(path, `name\n${"same\n".repeat(samples)}`);
    const outcome = await exportMatrix({
      formats: ["parquet", "vcf"],
      outDir,
      matrixPath,
      markers,
      samples,
      width: 8,
      missing: "00000000",
      tables: [{ table: "dnarun", path, rows: samples }],
      pace: () => undefined,
    });
    expect(outcome.warnings).toEqual([
      "Calls of this type cannot be written as vcf; expected two letters",
    ]);
    const file = await asyncBufferFromFile(join(outDir, "matrix.parquet"));
    expect((await parquetMetadataAsync(file)).row_groups.length).toBeGreaterThan(2);
    const columns = ["marker", "same", "same.2", "same.400"];
    const read = await parquetReadObjects({ file, columns });
    const expected = Array.from({ length: markers }, (_m, marker) => [
      String(marker + 1),
      ...[0, 1, 399].map((sample) => {
        const size = sizeOf(marker, sample);
        return size === "00000000" ? null : size;
      }),
    ]);
    expect(read.map((row) => columns.map((name) => row[name] as unknown))).toEqual(expected);
  });

  it("is not made where it would be too wide to be read", () => {
    expect(parquetProblem(20_000, 1000, 2)).toBeNull();
    expect(parquetProblem(10_000, 10_000, 2)).toBeNull();
    expect(parquetProblem(1_000_000, 50_000, 2)).toMatch(/too wide for parquet/);
  });
});
