import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync, crc32, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createProblems } from "../problems.ts";
import { compileDelimiter } from "../source/delimiter.ts";
import { decode } from "../source/delimiter.ts";
import { readPed } from "./plink-ped-rows.ts";
import { withBench, type Bench } from "./testing.ts";

const matrixOf = ({ files }: { files: Readonly<Record<string, string>> }): string[][] =>
  (files["digest.matrix"] ?? "")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));

const column = (text: string | undefined, k: number): string[] =>
  (text ?? "")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t")[k] ?? "");

const list = (rows: readonly (readonly [string, string, string])[]): string =>
  ["MarkerName,SampleName,SNPcall,X", ...rows.map((row) => `${row.join(",")},1.0`)].join("\n");

const hash = (row: readonly string[], seed: number): number => {
  let value = seed | 0;
  for (const character of row.join()) value = Math.imul(value ^ character.charCodeAt(0), 16777619);
  return value;
};

const map = (markers: number): string =>
  Array.from({ length: markers }, (_, k) => `${1 + (k % 2)} m${k} 0 ${k + 10}\n`).join("");

const ped = (calls: readonly (readonly string[])[], gap = " "): string =>
  calls
    .map((row, k) =>
      ["F", `s${k}`, "0", "0", "0", "-9", ...row.flatMap((call) => Array.from(call))].join(gap),
    )
    .join("\n");

/** Each call with its letters in order, by its marker and sample: plink sorts markers by chromosome. */
function byName(run: { files: Readonly<Record<string, string>> }): Map<string, string> {
  const markers = column(run.files["digest.dataset_marker"], 2);
  const samples = column(run.files["digest.dataset_dnarun"], 2);
  const calls = matrixOf(run).flatMap((line, m) =>
    line.map(
      (call, s) => [`${markers[m]} ${samples[s]}`, Array.from(call).toSorted().join("")] as const,
    ),
  );
  return new Map(calls.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** As bgzip writes it: members of at most 64 KiB that each say how long they are. */
function inBlocks(bytes: Uint8Array): Buffer {
  const members: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += 60_000) {
    const piece = bytes.subarray(from, from + 60_000);
    const packed = deflateRawSync(piece);
    const head = Buffer.from("1f8b08040000000000ff0600424302000000", "hex");
    head.writeUInt16LE(head.length + packed.length + 7, 16);
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(crc32(piece));
    tail.writeUInt32LE(piece.length, 4);
    members.push(head, packed, tail);
  }
  return Buffer.concat(members);
}

describe("a list of calls", () => {
  it("is a matrix, whatever the order of its lines", async () => {
    const alleles = fc.constantFrom("A:A", "A:G", "Uncallable");
    const cells = fc.array(alleles, { minLength: 12, maxLength: 12 });
    await withBench(async (bench) => {
      await fc.assert(
        fc.asyncProperty(cells, fc.integer(), async (calls, seed) => {
          const rows = calls.map(
            (call, k) => [`m${k % 3}`, `s${Math.floor(k / 3)}`, call] as const,
          );
          const shuffled = rows.toSorted((a, b) => hash(a, seed) - hash(b, seed));
          const run = await bench.digest(bench.put("a.csv", list(shuffled)));
          expect(run.result.errors).toEqual([]);
          const markers = column(run.files["digest.dataset_marker"], 2);
          const samples = column(run.files["digest.dataset_dnarun"], 2);
          const found = matrixOf(run).flatMap((line, m) =>
            line.map((call, s) => `${markers[m]} ${samples[s]} ${call}`),
          );
          const letters = { "A:A": "AA", "A:G": "AG", Uncallable: "NN" };
          expect(found.toSorted()).toEqual(
            rows.map(([m, s, call]) => `${m} ${s} ${letters[call]}`).toSorted(),
          );
        }),
        { numRuns: 25 },
      );
    });
  });

  it("has gaps, which are missing calls, and says so", async () => {
    await withBench(async (bench) => {
      const run = await bench.digest(
        bench.put(
          "a.csv",
          list([
            ["m1", "s1", "A:A"],
            ["m2", "s2", "G:G"],
            ["m1", "s1", "A:A"],
          ]),
        ),
      );
      expect(matrixOf(run)).toEqual([
        ["AA", "NN"],
        ["NN", "GG"],
      ]);
      expect(run.result.warnings.map(({ message }) => message).slice(0, 2)).toEqual([
        "The call stands here again, as further up",
        "2 of the calls of 2 markers and 2 samples are not in the list; they are taken for missing",
      ]);
    });
  });

  it.each([
    [
      "two calls of one",
      [
        ["m1", "s1", "A:A"],
        ["m1", "s1", "A:G"],
      ],
      3,
      3,
      /"A:G" here and "A:A" further up/,
    ],
    [
      "a line without a sample",
      [
        ["m1", "s1", "A:A"],
        ["m1", "", "A:G"],
      ],
      3,
      null,
      /does not name/,
    ],
    [
      "a call that is none",
      [
        ["m1", "s1", "A:A"],
        ["m1", "s2", "A:Q"],
        ["m2", "s1", "A:A"],
      ],
      3,
      3,
      /Unsupported Allele Call A Q/,
    ],
  ] as const)("fails for %s, and says where", async (_what, rows, line, at, message) => {
    await withBench(async (bench) => {
      const path = bench.put("a.csv", list(rows));
      const { result } = await bench.digest(path);
      expect(result.status).toBe("failed");
      expect(result.errors[0]).toMatchObject({
        file: path,
        line,
        column: at,
        message: expect.stringMatching(message),
      });
    });
  });

  it("stands in a report below other blocks", async () => {
    await withBench(async (bench) => {
      const report = `KBiosciences genotyping report,,,\nStatistics,,,\nDNA,Count,,\nd1,2,,\n,,,\nData,,,\n${list([["m1", "s1", "A:A"]])}\n,,,\n`;
      const run = await bench.digest(bench.put("a.csv", report));
      expect(matrixOf(run)).toEqual([["AA"]]);
    });
  });
});

describe("DArT", () => {
  const head = "*,*,*,*,*,A1,A2,A3,A4,A5\nAlleleID,SNP,CallRate,OneRatio,RepAvg,s1,s2,s3,s4,s5\n";

  it("in two rows becomes 0, 1 and 2 by both", async () => {
    await withBench(async (bench) => {
      const path = bench.put(
        "a.csv",
        `${head}7|F|0,,1,1,1,1,0,1,-,0\n7|F|0-3:A>G,3:A>G,1,1,1,0,1,1,-,0\n`,
      );
      const run = await bench.digest(path);
      expect(run.result.errors).toEqual([]);
      expect(matrixOf(run)).toEqual([["0", "2", "1", "N", "N"]]);
      expect(run.result.warnings.filter(({ line }) => line !== null)).toEqual([
        {
          message: expect.stringMatching(/Neither allele is present/),
          sample: "s5",
          marker: "7",
          file: path,
          line: 4,
          column: 10,
        },
      ]);
      expect(run.files["digest.marker"]).toBe(
        'platform_id\tname\tref\talts\tstatus\n2\t7|F|0-3:A>G\tA\t"{""G""}"\t57\n',
      );
    });
  });

  const two = "*,*,*,*,*,A1,A2\nAlleleID,SNP,CallRate,OneRatio,RepAvg,s1,s2\n";
  it.each([
    [
      "a call that is none",
      "7|F|0,,1,1,1,1,0\n7|F|0-3,3:A>G,1,1,1,5,1\n",
      4,
      6,
      /The call is "5"; expected 0, 1 or -/,
    ],
    ["an empty call", "7|F|0,,1,1,1,1,\n7|F|0-3,3:A>G,1,1,1,0,1\n", 3, 7, /The call is empty/],
    [
      "rows that are no pair",
      "7|F|0,,1,1,1,1,0\n8|F|0-3,3:A>G,1,1,1,0,1\n",
      4,
      1,
      /The row of 8 stands where the SNP row of 7/,
    ],
    [
      "an odd row",
      "7|F|0,,1,1,1,1,0\n7|F|0-3,3:A>G,1,1,1,0,1\n9|F|0,,1,1,1,1,0\n",
      5,
      null,
      /ends with a row of a reference/,
    ],
    [
      "rows of unequal length",
      "7|F|0,,1,1,1,1,0\n7|F|0-3,3:A>G,1,1,1,0\n",
      4,
      null,
      /has 6 cells; the row of the reference allele, line 3, has 7/,
    ],
  ])("fails for %s, and says where", async (_what, body, line, at, message) => {
    await withBench(async (bench) => {
      const good = bench.put("a.csv", `${two}1|F|0,,1,1,1,1,0\n1|F|0-3,3:A>G,1,1,1,0,1\n`);
      const load = await bench.template(good);
      writeFileSync(good, two + body);
      const { errors } = await bench.dryRun(load);
      expect(errors[0]).toMatchObject({
        file: good,
        line,
        column: at,
        message: expect.stringMatching(message),
      });
    });
  });

  it("in one row has its codes in another order", async () => {
    await withBench(async (bench) => {
      const run = await bench.digest(
        bench.put(
          "a.csv",
          `*,*,*,*,*,A,B,C,D\nAlleleID,SNP,CallRate,OneRatioRef,RepAvg,s1,s2,s3,s4\n7,3:A>G,1,1,1,0,1,2,-\n`,
        ),
      );
      expect(matrixOf(run)).toEqual([["0", "2", "1", "N"]]);
    });
  });
});

describe("PLINK", () => {
  const letters = fc.constantFrom("AA", "AC", "CC", "00", "A0");
  it("text is read with any spaces, with digits, and in the compound form", async () => {
    await withBench(async (bench) => {
      bench.put("a.map", map(2));
      const expected = [
        ["AA", "AC"],
        ["CC", "NN"],
      ];
      const ways = [
        ped([
          ["AA", "CC"],
          ["AC", "00"],
        ]),
        ped(
          [
            ["AA", "CC"],
            ["AC", "00"],
          ],
          "\t ",
        ),
        ped([
          ["11", "22"],
          ["12", "00"],
        ]),
        "F s0 0 0 0 -9 AA CC\r\nF s1 0 0 0 -9 AC 00\r\n",
      ];
      for (const way of ways) {
        const run = await bench.digest(bench.put("a.ped", way));
        expect(run.result.errors).toEqual([]);
        expect(matrixOf(run)).toEqual(expected);
        expect(column(run.files["digest.marker"], 1)).toEqual(["m0", "m1"]);
        expect(run.files["digest.marker_linkage_group"]).toContain("2\tm1\t11\t11");
        expect(column(run.files["digest.dataset_dnarun"], 2)).toEqual(["s0", "s1"]);
      }
    });
  });

  it("text is the same matrix however it is cut", async () => {
    await withBench(async (bench) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 5 }).chain((n) =>
            fc.array(fc.array(letters, { minLength: n, maxLength: n }), {
              minLength: 1,
              maxLength: 5,
            }),
          ),
          async (calls) => {
            bench.put("p.map", map(calls[0]?.length ?? 0));
            const path = bench.put("p.ped", ped(calls));
            const rows: string[][] = [];
            const problems = createProblems();
            await readPed(
              { path, name: "p.ped", size: 0 },
              {
                delimiter: compileDelimiter("\\t"),
                onBlock: ({ bytes, starts, count }) => {
                  for (let k = 0; k < count; k++) {
                    rows.push(
                      decode(bytes, starts[k] ?? 0, (starts[k + 1] ?? 0) - 1).text.split("\t"),
                    );
                  }
                },
                onBytes: () => {},
                pace: () => {},
                problems,
                warnings: problems,
              },
            );
            expect(rows.slice(3).map((row) => row.slice(6))).toEqual(
              calls.map((row) => row.map((call) => call.replaceAll("0", "N"))),
            );
          },
        ),
        { numRuns: 40 },
      );
    });
  });

  it.each([
    ["an allele that is none", map(1), "F s 0 0 0 -9 A X\n", 1, 8, /The allele is "X"/],
    [
      "a line of another length",
      map(2),
      "F s 0 0 0 -9 A A\n",
      1,
      null,
      /has 8 fields; expected 10, two for each of the 2/,
    ],
    [
      "a .map of other columns",
      "1 m1\n",
      "F s 0 0 0 -9 A A\n",
      1,
      null,
      /has 2 fields; expected chromosome/,
    ],
  ])("text fails for %s, and says where", async (_what, mapText, pedText, line, at, message) => {
    await withBench(async (bench) => {
      bench.put("a.map", map(1));
      const path = bench.put("a.ped", "F s 0 0 0 -9 A A\n");
      const load = await bench.template(path);
      bench.put("a.map", mapText);
      bench.put("a.ped", pedText);
      const { errors } = await bench.dryRun(load);
      expect(errors[0]).toMatchObject({
        line,
        column: at,
        message: expect.stringMatching(message),
      });
    });
  });

  it("binary fails where its three files do not fit together, or one is not there", async () => {
    await withBench(async (bench) => {
      const bed = Buffer.from([0x6c, 0x1b, 1, 0b1110_0100, 0b0000_0011]);
      const path = bench.put("a.bed", bed);
      bench.put("a.bim", "1 m0 0 1 A C\n1 m1 0 2 G T\n");
      bench.put("a.fam", "F s0 0 0 0 -9\nF s1 0 0 0 -9\nF s2 0 0 0 -9\n");
      const load = await bench.template(path);
      const messageAfter = async (): Promise<string> =>
        (await bench.dryRun(load, 10_000)).errors.map(({ message }) => message).join();
      expect(await messageAfter()).toBe("");
      writeFileSync(path, bed.subarray(0, 4));
      expect(await messageAfter()).toMatch(/ends after marker 1/);
      writeFileSync(path, Buffer.from([0x6c, 0x1b, 0, 0, 0]));
      expect(await messageAfter()).toMatch(/samples in rows/);
      writeFileSync(path, bed);
      bench.put("a.bim", "1 m0 0 1 AT C\n1 m1 0 2 G T\n");
      expect((await bench.dryRun(load)).warnings[0]?.message).toMatch(/two letters cannot tell/);
    });
  });

  it("binary has its samples in the order of the lowest bits", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.bed", Buffer.from([0x6c, 0x1b, 1, 0b1110_0100]));
      bench.put("a.bim", "1 m0 0 1 A C\n");
      bench.put("a.fam", ["s0", "s1", "s2", "s3"].map((name) => `F ${name} 0 0 0 -9\n`).join(""));
      expect(matrixOf(await bench.digest(path))).toEqual([["AA", "NN", "AC", "CC"]]);
    });
  });

  it.each([
    ["gzip", gzipSync],
    ["BGZF", inBlocks],
  ])("binary is read from three files in %s, in a directory with others", async (_how, pack) => {
    await withBench(async (bench) => {
      const [markers, samples] = [700, 1001];
      const perMarker = Math.ceil(samples / 4);
      const coded = Buffer.alloc(3 + markers * perMarker);
      coded.set([0x6c, 0x1b, 1]);
      // Of four samples each, any but those of which there is no fourth.
      for (let k = 3; k < coded.length; k++)
        coded[k] = (k - 2) % perMarker === 0 ? 3 : (k * 37) & 255;
      const lists = {
        bim: Array.from({ length: markers }, (_, k) => `1 m${k} 0 ${k + 1} A C\n`).join(""),
        fam: Array.from({ length: samples }, (_, k) => `F s${k} 0 0 0 -9\n`).join(""),
      };
      const plain = bench.put("plain/a.bed", coded);
      const packed = bench.put("packed/a.bed.gz", pack(coded));
      for (const [ending, text] of Object.entries(lists)) {
        bench.put(`plain/a.${ending}`, text);
        bench.put(`packed/a.${ending}.gz`, pack(Buffer.from(text)));
      }
      const { detection, estimate } = await bench.preview(packed);
      expect(detection).toMatchObject({ format: "PLINK_BED", warnings: [] });
      expect(estimate).toMatchObject({ rows: markers, columns: 6 + samples });
      const run = await bench.digest(packed);
      expect(run.result.errors).toEqual([]);
      expect(matrixOf(run)).toEqual(matrixOf(await bench.digest(plain)));
      expect(matrixOf(run)).toHaveLength(markers);
      writeFileSync(packed, pack(coded.subarray(0, -1)));
      const cut = await bench.digest(packed);
      expect(cut.result.errors[0]?.message).toMatch(/ends after marker 699/);
      writeFileSync(packed, pack(Buffer.concat([coded, Buffer.alloc(1)])));
      const long = await bench.digest(packed);
      expect(long.result.errors[0]?.message).toMatch(/700 markers need/);
    });
  });

  it("binary divides its lists at spaces and tabs only", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.bed", Buffer.from([0x6c, 0x1b, 1, 0b11]));
      bench.put("a.bim", "1\tm\u00a00  0 1 A C\n");
      bench.put("a.fam", "F s\u00a00 0 0 0 -9\n");
      const { grid, detection } = await bench.preview(path);
      expect(detection.warnings).toEqual([]);
      expect(grid.rows.map((row) => [row[1], row[6]])).toEqual([
        ["", "F"],
        ["marker", "s\u00a00"],
        ["m\u00a00", "CC"],
      ]);
    });
  });

  const plink = ["plink1.9", "plink"].find((name) =>
    spawnSync(name, ["--version"]).stdout?.toString().includes("v1.9"),
  );

  it.skipIf(plink === undefined)(
    `agrees with plink 1.9${plink === undefined ? " (absent: install Debian's plink1.9)" : ""}`,
    async () => {
      await withBench(async (bench) => {
        const [markers, samples] = [203, 37];
        const pairs = ["AC", "GT", "AG", "CT"];
        const calls = Array.from({ length: samples }, (_, s) =>
          Array.from({ length: markers }, (_m, m) => {
            const [a, b] = Array.from(pairs[m % 4] ?? "AC");
            return (
              ["00", `${a}${a}`, `${a}${b}`, `${b}${b}`][(s * 31 + m * 17 + s * m) % 4] ?? "00"
            );
          }),
        );
        mkdirSync(join(bench.dir, "set"));
        bench.put("set/a.map", map(markers));
        const text = bench.put("set/a.ped", ped(calls));
        const made = spawnSync(
          plink ?? "",
          ["--file", "a", "--make-bed", "--out", "b", "--allow-no-sex"],
          {
            cwd: join(bench.dir, "set"),
          },
        );
        expect(made.status).toBe(0);
        const binary = join(bench.dir, "set/b.bed");
        const [fromText, fromBinary] = [await bench.digest(text), await bench.digest(binary)];
        expect(fromBinary.result.errors).toEqual([]);
        expect(byName(fromText)).toEqual(byName(fromBinary));
        expect(byName(fromText).size).toBe(markers * samples);
        expect(fromText.result.matrix?.missing).toBe(countMissing(bench));
      });
    },
  );

  /** What plink itself counts. */
  function countMissing({ dir }: Bench): number {
    spawnSync(plink ?? "", ["--bfile", "b", "--missing", "--out", "c", "--allow-no-sex"], {
      cwd: join(dir, "set"),
    });
    return readFileSync(join(dir, "set/c.lmiss"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[2]), 0);
  }
});
