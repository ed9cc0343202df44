import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { array, assert, constantFrom, nat, property, sample, tuple } from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { Quality } from "../../contract/quality.ts";
import type { DataSetType, Orientation } from "../../contract/gobii-terms.ts";
import type { DigestResult } from "../../contract/result.ts";
import { digest } from "../digest.ts";
import { column } from "../testing/golden-case.ts";
import { loadKernels } from "../kernels/kernels.ts";
import { everythingKnown } from "../validation/known-source.ts";
import { callKinds } from "./call-kind.ts";
import { findDuplicateSamples } from "./duplicate-samples.ts";
import { CALLED, HALF, HETEROZYGOUS, MISSING } from "./call-states.ts";
import { createHardyWeinbergTest } from "./hardy-weinberg.ts";
import { markerFigures } from "./marker-figures.ts";

interface Figures {
  readonly result: DigestResult;
  readonly quality: Quality;
  /** Rows of the tables by name of marker and sample, cells by name of column. */
  readonly markers: ReadonlyMap<string, Record<string, string>>;
  readonly samples: ReadonlyMap<string, Record<string, string>>;
  readonly matrix: string;
}

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "quality-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const down = (name: string) => column("CSV_COLUMN", name, 1, 0);
const constant = (name: string) => column("CONSTANT", name, null, null, { constantValue: "1" });

interface Options {
  /** The column of the first call. */
  readonly at?: number;
  readonly orientation?: Orientation;
  readonly quality?: boolean;
}

/** Digests a file of one header line. */
async function digestSource(
  source: string,
  dataSetType: DataSetType,
  { at = 1, orientation = "MARKER_FAST", quality }: Options,
): Promise<{ result: DigestResult; outDir: string }> {
  const outDir = temporaryDir();
  const nobody = { id: null, name: null };
  const across = (name: string) => column("CSV_ROW", name, 0, at);
  const [markerColumn, sampleColumn] =
    orientation === "MARKER_FAST" ? [down, across] : [across, down];
  const tables = {
    dataset_marker: [
      constant("platform_id"),
      constant("dataset_id"),
      markerColumn("marker_name"),
      column("AUTOINCREMENT", "marker_idx"),
    ],
    dataset_dnarun: [
      constant("experiment_id"),
      constant("dataset_id"),
      sampleColumn("dnarun_name"),
      column("AUTOINCREMENT", "dnarun_idx"),
    ],
    matrix: [column("CSV_BOTH", "matrix", 1, at)],
  };
  const result = await digest(
    {
      load: {
        crop: null,
        payloadType: null,
        contactId: null,
        contactEmail: null,
        qcCheck: false,
        project: nobody,
        platform: nobody,
        experiment: nobody,
        mapset: nobody,
        dataset: { id: 7, name: null },
        dataSetType,
        orientation,
        tables: Object.entries(tables).map(([table, columns]) => ({
          table,
          source,
          destination: "out",
          delimiter: "\\t",
          fileType: "GENERIC",
          columns,
        })),
      },
      root: "/",
      outDir,
      publishDir: outDir,
      knownCrops: null,
      known: everythingKnown,
      ...(quality === undefined ? {} : { settings: { quality } }),
    },
    { onPhase: () => {}, onProgress: () => {}, checkpoint: () => {} },
  );
  return { result, outDir };
}

/** Digests rows of cells, the first of which are the names. */
function digestRows(
  rows: readonly (readonly string[])[],
  dataSetType: DataSetType,
  options: Options = {},
) {
  const path = join(temporaryDir(), "calls.txt");
  writeFileSync(path, `${rows.map((row) => row.join("\t")).join("\n")}\n`);
  return digestSource(path, dataSetType, options);
}

function figuresIn({ result, outDir }: { result: DigestResult; outDir: string }): Figures {
  expect(result.errors).toEqual([]);
  const read = (name: string): string => readFileSync(join(outDir, name), "utf8");
  return {
    result,
    quality: Quality.parse(JSON.parse(read("quality.json"))),
    markers: tableOf(read("quality.marker.tsv")),
    samples: tableOf(read("quality.sample.tsv")),
    matrix: read("digest.matrix"),
  };
}

function tableOf(text: string): Map<string, Record<string, string>> {
  const [header = [], ...rows] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return new Map(
    rows.map((cells) => [
      cells[0] ?? "",
      Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ""])),
    ]),
  );
}

describe("the figures of a small matrix", () => {
  const rows = [
    ["id", "s1", "s2", "s3", "s4"],
    ["m1", "AA", "AG", "GG", "AA"],
    ["m2", "CC", "CC", "NN", "CC"],
    ["m3", "NN", "NN", "NN", "NN"],
    ["m4", "AN", "AC", "CC", "GG"],
  ];

  it("are those of the formulae", async () => {
    const { markers, samples, quality, result } = figuresIn(
      await digestRows(rows, "NUCLEOTIDE_2_LETTER"),
    );
    // p = 5/8, q = 3/8: expected 2pq = 0.46875; PIC = 2pq - 2p²q² = 0.35889.
    expect(markers.get("m1")).toEqual({
      marker: "m1",
      calls: "4",
      missing: "0",
      half_missing: "0",
      call_rate: "1.0000",
      alleles: "A/G",
      allele_counts: "5/3",
      minor_allele_frequency: "0.3750",
      heterozygous: "1",
      heterozygosity: "0.2500",
      expected_heterozygosity: "0.4688",
      inbreeding: "0.4667",
      pic: "0.3589",
      hardy_weinberg_p: "0.4286",
    });
    expect(markers.get("m2")).toMatchObject({ call_rate: "0.7500", pic: "0.0000", inbreeding: "" });
    expect(markers.get("m3")).toMatchObject({
      calls: "0",
      alleles: "",
      pic: "",
      heterozygosity: "",
    });
    // The known A of AN counts; the call is neither homozygous nor heterozygous. Three alleles have no exact test here.
    expect(markers.get("m4")).toMatchObject({
      half_missing: "1",
      alleles: "C/A/G",
      allele_counts: "3/2/2",
      heterozygosity: "0.3333",
      hardy_weinberg_p: "",
    });
    expect(samples.get("s1")).toMatchObject({ calls: "3", missing: "1", half_missing: "1" });
    expect(samples.get("s3")).toMatchObject({ call_rate: "0.5000", heterozygosity: "0.0000" });
    expect(quality).toMatchObject({ calls: 16, missing: 5, halfMissing: 1, heterozygous: 2 });
    expect(quality.summary).toMatchObject({ monomorphicMarkers: 1, allMissingMarkers: 1 });
    expect(quality.missingMap).toEqual({
      markersPerRow: 1,
      samplesPerColumn: 1,
      rows: [
        [0, 0, 0, 0],
        [0, 0, 100, 0],
        [100, 100, 100, 100],
        [0, 0, 0, 0],
      ],
    });
    expect(quality.lowestCallRate.markers[0]).toEqual({ name: "m3", value: 0 });
    expect(result.quality).toEqual(quality.summary);
    expect(result.warnings.map(({ message }) => message)).toEqual([
      "Marker m2 is monomorphic",
      "Marker m3 has no call at all",
    ]);
  });

  it("are left out where nobody wants them", async () => {
    const { result, outDir } = await digestRows(rows, "NUCLEOTIDE_2_LETTER", {
      quality: false,
    });
    expect(result.quality).toBeUndefined();
    expect(readdirSync(outDir).filter((name) => !name.startsWith("digest."))).toEqual([]);
  });

  it("leave nothing behind where the digest fails", async () => {
    const bad = [...rows, ["m5", "AA", "AX", "GG", "AA"]];
    const { result, outDir } = await digestRows(bad, "NUCLEOTIDE_2_LETTER");
    expect(result.status).toBe("failed");
    expect(readdirSync(outDir)).toEqual([]);
  });

  it("say of a dominant marker what a band can say, and why not the rest", async () => {
    const { markers, quality } = figuresIn(
      await digestRows(
        [
          ["id", "s1", "s2", "s3"],
          ["m1", "1", "0", "N"],
        ],
        "DOMINANT_NON_NUCLEOTIDE",
      ),
    );
    expect(markers.get("m1")).toMatchObject({
      call_rate: "0.6667",
      minor_allele_frequency: "",
      heterozygosity: "",
      allele_counts: "1/1",
    });
    expect(quality.absent.map(({ figure }) => figure)).toEqual([
      "minor allele frequency",
      "heterozygosity",
      "Hardy-Weinberg",
      "duplicate samples",
    ]);
    expect(quality.histograms.minorAlleleFrequency).toBeNull();
  });

  it("know the alleles of a microsatellite", async () => {
    const { markers, quality } = figuresIn(
      await digestRows(
        [
          ["id", "s1", "s2", "s3"],
          ["m1", "01230125", "00000000", "01230123"],
        ],
        "SSR_ALLELE_SIZE",
      ),
    );
    expect(markers.get("m1")).toMatchObject({
      alleles: "0123/0125",
      allele_counts: "3/1",
      heterozygosity: "0.5000",
      hardy_weinberg_p: "",
    });
    expect(quality.absent.map(({ figure }) => figure)).toContain("Hardy-Weinberg");
  });

  it("warn of calls that an alleles column does not name, with the line", async () => {
    const { result } = figuresIn(
      await digestRows(
        [
          ["rs#", "alleles", "s1", "s2"],
          ["m1", "A/G", "A", "R"],
          ["m2", "A/G", "A", "T"],
        ],
        "IUPAC",
        { at: 2 },
      ),
    );
    const warning = result.warnings.find(({ message }) => message.includes("m2 has alleles"));
    expect(warning).toMatchObject({ line: 3, column: 2 });
    expect(warning?.message).toBe("Marker m2 has alleles that its alleles A/G do not name: 2 of T");
    expect(result.warnings.filter(({ message }) => message.includes("do not name"))).toHaveLength(
      1,
    );
  });
});

/** By its definition, with factorials of whole numbers. */
const byDefinition = (common: number, heterozygous: number, rare: number): number => {
  const n = common + heterozygous + rare;
  const a = 2 * common + heterozygous;
  const factorial = (m: number): bigint => (m < 2 ? 1n : BigInt(m) * factorial(m - 1));
  const weight = (h: number): bigint =>
    (2n ** BigInt(h) * factorial(n)) /
    (factorial((a - h) / 2) * factorial(h) * factorial(n - h - (a - h) / 2));
  let [all, tail] = [0n, 0n];
  for (let h = a % 2; h <= Math.min(a, 2 * n - a); h += 2) {
    all += weight(h);
    if (weight(h) <= weight(heterozygous)) tail += weight(h);
  }
  return Number((tail * 10n ** 12n) / all) / 1e12;
};

describe("an exact test of Hardy-Weinberg equilibrium", () => {
  it("equals its definition", () => {
    const test = createHardyWeinbergTest(120);
    const count = nat({ max: 40 });
    assert(
      property(count, count, count, (common, heterozygous, rare) => {
        const p = test({ common, heterozygous, rare });
        expect(p).toBeCloseTo(byDefinition(common, heterozygous, rare), 9);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the digits of a tiny probability", () => {
    // An inbred panel: of marker PZB00859.1 of the maize panel, plink gives the same.
    const p = createHardyWeinbergTest(281)({ common: 209, heterozygous: 3, rare: 63 });
    expect(p).toBeGreaterThan(2.5e-59);
    expect(p).toBeLessThan(2.7e-59);
    expect(createHardyWeinbergTest(10)({ common: 0, heterozygous: 0, rare: 0 })).toBe(1);
  });
});

function stateOf(call: string): number {
  if (call === "NN") return MISSING;
  if (call.includes("N")) return HALF;
  return call[0] === call[1] ? CALLED : HETEROZYGOUS;
}

describe("counting", () => {
  const letters = constantFrom("A", "C", "G", "T", "+", "-", "N");
  const pair = tuple(letters, letters).map(([a, b]) => a + b);

  it.each([
    ["TypeScript", null],
    ["WebAssembly", loadKernels()?.createPairCounter() ?? null],
  ])("gives what counting one by one gives, in one piece or in several: %s", (_name, counter) => {
    const most = 200;
    assert(
      property(array(pair, { minLength: 1, maxLength: most }), nat(most), (calls, cut) => {
        const bytes = Buffer.from(calls.map((call) => `${call}\t`).join(""));
        const at = 3 * Math.min(cut, calls.length);
        const states = counter?.states ?? new Uint32Array(calls.length);
        states.fill(0, 0, calls.length + 20);
        const tally = callKinds.IUPAC.createTally(counter);
        tally.count(bytes, 0, at, states, 0);
        tally.count(bytes, at, bytes.length, states, at / 3);
        const counts = tally.take();
        const known = calls.flatMap((call) => call.split("")).filter((letter) => letter !== "N");
        expect(counts.missing).toBe(calls.filter((call) => call === "NN").length);
        expect(counts.half).toBe(
          calls.filter((call) => call.includes("N") && call !== "NN").length,
        );
        expect(counts.heterozygous).toBe(
          calls.filter((call) => !call.includes("N") && call[0] !== call[1]).length,
        );
        expect(Object.fromEntries(counts.alleles.map(({ name, count }) => [name, count]))).toEqual(
          Object.fromEntries(
            [...new Set(known)].map((name) => [
              name,
              known.filter((letter) => letter === name).length,
            ]),
          ),
        );
        expect(tally.take()).toMatchObject({ missing: 0, half: 0, heterozygous: 0, alleles: [] });
        // Nothing behind them is touched.
        const behind = states.subarray(calls.length, calls.length + 20);
        expect([...states.subarray(0, calls.length)]).toEqual(calls.map(stateOf));
        expect(behind.every((state) => state === 0)).toBe(true);
        const [common, rare] = counts.alleles.map(
          ({ name }) => calls.filter((call) => call === name + name).length,
        );
        const { genotypes, heterozygous } = counts;
        expect(genotypes).toEqual(
          common === undefined || counts.alleles.length > 2
            ? null
            : { common, heterozygous, rare: rare ?? 0 },
        );
        const figures = markerFigures(counts, calls.length, () => 1);
        expect(figures.minorAlleleFrequency ?? 0).toBeLessThanOrEqual(0.5);
        expect(figures.pic ?? 0).toBeLessThanOrEqual(figures.expectedHeterozygosity ?? 0);
      }),
    );
  });

  it("gives the same for samples in rows as for markers in rows", async () => {
    const calls = sample(array(constantFrom("A", "C", "R", "N"), { minLength: 7, maxLength: 7 }), {
      numRuns: 250,
      seed: 3,
    });
    const header = ["id", ...Array.from({ length: 7 }, (_, k) => `s${k}`)];
    const rows = [header, ...calls.map((row, i) => [`m${i}`, ...row])];
    const turned = header.map((_, k) => rows.map((row) => row[k] ?? ""));
    const one = figuresIn(await digestRows(rows, "IUPAC"));
    const other = figuresIn(await digestRows(turned, "IUPAC", { orientation: "SAMPLE_FAST" }));
    expect(other.matrix).toBe(one.matrix);
    expect(other.markers).toEqual(one.markers);
    expect(other.samples).toEqual(one.samples);
    expect(other.quality).toEqual(one.quality);
    expect(one.quality.missingMap.rows.length).toBe(125);
  });
});

/** Random inbred lines, of which some are copies of others with one wrong call in 200 and one missing in 20. */
function panel(samples: number, markers: number, copies: ReadonlyMap<number, number>): Buffer {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const rows = Array.from({ length: markers }, () => {
    const frequency = 0.1 + 0.4 * random();
    const calls = Array.from({ length: samples }, (): string =>
      random() < frequency ? "AA" : "GG",
    );
    for (const [copy, original] of copies) {
      if (random() > 0.005) calls[copy] = calls[original] ?? "GG";
    }
    return `${calls.map((call) => (random() < 0.05 ? "NN" : call)).join("\t")}\n`;
  });
  return Buffer.from(rows.join(""));
}

describe("duplicate samples", () => {
  it.each([
    ["a small panel, pair by pair", 300, 2000],
    ["a large panel, by groups", 1500, 600],
  ])("are found in %s", async (_what, samples, markers) => {
    const path = join(temporaryDir(), "matrix");
    const copies = new Map([
      [10, 3],
      [200, 100],
      [299, 0],
    ]);
    writeFileSync(path, panel(samples, markers, copies));
    const matrix = { path, markers, samples, kind: callKinds.IUPAC };
    const sketch = Array.from({ length: 256 }, (_, i) => i * 2);
    const found = await findDuplicateSamples(matrix, sketch, () => undefined);
    expect(new Map(found.map(({ first, second }) => [second, first]))).toEqual(copies);
    expect(found).toHaveLength(copies.size);
    for (const { identity, markers: shared } of found) {
      expect(identity).toBeGreaterThan(0.985);
      expect(shared).toBeGreaterThan(0.85 * markers);
    }
  });
});

const shared = resolve(process.env["DIGESTER_SHARED"] ?? "../shared");
const maize = join(shared, "data/hapmap-maize/mdp_genotype_test.hmp.txt");
const hasMaize = existsSync(maize);
const absent = hasMaize ? "" : ` NOT FOUND: ${maize} (set DIGESTER_SHARED)`;
const plink = ["/usr/bin/plink1.9", "/usr/local/bin/plink1.9"].find((path) => existsSync(path));
const noPlink = plink === undefined ? " NOT FOUND: plink1.9 (apt-get install plink1.9)" : "";

describe(`the maize panel${absent}`, () => {
  it.skipIf(!hasMaize)("has the figures that were kept", async () => {
    const { quality, markers, result } = figuresIn(
      await digestSource(maize, "NUCLEOTIDE_2_LETTER", { at: 11 }),
    );
    expect(quality).toMatchObject({ markers: 3093, samples: 281, missing: 31_411 });
    expect(markers.get("PZB00859.1")).toMatchObject({
      allele_counts: "421/129",
      heterozygous: "3",
    });
    // Four alleles, of which plink keeps two.
    expect(markers.get("PZB00063.1")?.["alleles"]?.split("/").length).toBe(4);
    expect(quality.duplicateSamples.length).toBe(result.quality?.duplicateSamples);
  });

  it.skipIf(!hasMaize || plink === undefined)(
    `has the counts, frequencies and exact tests of plink${noPlink}`,
    async () => {
      const dir = temporaryDir();
      const { markers, samples, matrix } = figuresIn(
        await digestSource(maize, "NUCLEOTIDE_2_LETTER", { at: 11 }),
      );
      const names = [...markers.keys()];
      const rows = matrix.trimEnd().split("\n");
      const lines = rows.map((row, i) => {
        const calls = row
          .split("\t")
          .map((call) => (call === "NN" ? "0 0" : call.split("").join(" ")));
        return `1 ${names[i]} 0 ${i + 1} ${calls.join(" ")}\n`;
      });
      writeFileSync(join(dir, "p.tped"), lines.join(""));
      writeFileSync(
        join(dir, "p.tfam"),
        [...samples.keys()].map((_, k) => `f${k} s${k} 0 0 0 -9\n`).join(""),
      );
      const run = (...args: string[]) =>
        execFileSync(plink ?? "", ["--tfile", "p", "--out", "p", "--allow-no-sex", ...args], {
          cwd: dir,
          stdio: "ignore",
        });
      run("--freq", "--missing", "--hardy");
      const read = (name: string) =>
        readFileSync(join(dir, name), "utf8")
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((line) => line.trim().split(/\s+/));
      const compared = { markers: 0 };
      const frequencies = read("p.frq");
      const missing = read("p.lmiss");
      const tests = read("p.hwe");
      for (const [i, name] of names.entries()) {
        const ours = markers.get(name);
        // Of a third allele plink makes a missing call.
        if ((ours?.["alleles"]?.split("/").length ?? 0) > 2) continue;
        expect(frequencies[i]?.[1]).toBe(name);
        expect(missing[i]?.[2]).toBe(ours?.["missing"]);
        const frequency = Number(ours?.["minor_allele_frequency"]);
        expect(frequency).toBeCloseTo(Number(frequencies[i]?.[4]), 3);
        const p = Number(tests[i]?.[8]);
        const ourP = Number(ours?.["hardy_weinberg_p"]);
        expect(Math.abs(ourP - p)).toBeLessThanOrEqual(0.001 * p + 1e-300);
        compared.markers++;
      }
      expect(compared.markers).toBeGreaterThan(3000);
    },
  );
});
