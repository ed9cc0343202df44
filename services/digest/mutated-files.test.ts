import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInstruction } from "../contract/instruction.ts";
import { toLoad, type Load } from "../contract/load.ts";
import { withBench, type Bench } from "./formats/testing.ts";
import { readJson, runDigest, type Run } from "./testing/golden-case.ts";

const samples = fileURLToPath(new URL("../../resources/samples", import.meta.url));
const shared = resolve(process.env["DIGESTER_SHARED"] ?? "../shared");
const data = join(shared, "data");
const isThere = existsSync(data);
const absent = isThere ? "" : ` NOT FOUND: ${data} (set DIGESTER_SHARED)`;

interface Mutation {
  readonly kind: "cut" | "drop" | "repeat" | "put" | "flip" | "swap";
  /** Where, as a share of the file. */
  readonly at: number;
  readonly length: number;
  readonly bytes: Buffer;
}

const hostile = [
  "\t",
  "\n",
  "\r",
  "\r\n",
  '"',
  ",",
  "/",
  "|",
  ":",
  ".",
  "\0",
  "0",
  "N",
  "\xff",
  "é",
  "\ufeff",
];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("cut", "drop", "repeat", "put", "flip", "swap"),
  // Most of what can go wrong goes wrong at the beginning.
  at: fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 0.05, noNaN: true }),
  ),
  length: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5000 })),
  bytes: fc.oneof(
    fc.constantFrom(...hostile).map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  ),
});

function mutate(bytes: Buffer, { kind, at, length, bytes: more }: Mutation): Buffer {
  const from = Math.floor(at * bytes.length);
  const to = Math.min(bytes.length, from + length);
  const [head, piece, tail] = [
    bytes.subarray(0, from),
    bytes.subarray(from, to),
    bytes.subarray(to),
  ];
  switch (kind) {
    case "cut":
      return head;
    case "drop":
      return Buffer.concat([head, tail]);
    case "repeat":
      return Buffer.concat([head, piece, piece, tail]);
    case "put":
      return Buffer.concat([head, more, piece, tail]);
    case "flip":
      return Buffer.concat([head, Buffer.from(piece.map((byte) => byte ^ (more[0] ?? 1))), tail]);
    case "swap":
      return Buffer.concat([tail, piece, head]);
  }
}

const faulty = fc.record({
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  packed: fc.constantFrom("plain", "gzip", "broken gzip"),
});

function make(
  original: Buffer,
  { mutations, packed }: typeof faulty extends fc.Arbitrary<infer T> ? T : never,
) {
  const apply = (bytes: Buffer): Buffer => mutations.reduce(mutate, bytes);
  if (packed === "plain") return apply(original);
  return packed === "gzip" ? gzipSync(apply(original)) : apply(gzipSync(original));
}

/** A digest ends whole, or fails with words that a person can act on and leaves nothing. */
function expectWhole({ result, names, files }: Run, load: Load): void {
  const widths = new Set(
    (files["digest.matrix"] ?? "")
      .split("\n")
      .slice(0, -1)
      .map((row) => row.split("\t").length),
  );
  const words = result.errors.map(({ message }) => message).join("\n");
  expect(words).not.toMatch(/could not go on|undefined|\[object|TypeError|RangeError/);
  if (result.status === "completed") {
    expect(result.errors).toEqual([]);
    expect(names.filter((name) => name.startsWith("digest.")).toSorted()).toEqual(
      load.tables.map(({ table }) => `digest.${table}`).toSorted(),
    );
    expect(widths.size).toBeLessThanOrEqual(1);
  } else {
    expect(result.errors.length).toBeGreaterThan(0);
    expect(names).toEqual([]);
  }
}

const TIMEOUT_MS = 120_000;
const RUNS = 25;

/**
 * @param load what is to be made of the file, with `path` as its source.
 * @returns how many mutated files it survived.
 */
async function survive(bench: Bench, original: Buffer, name: string, load: (path: string) => Load) {
  let survived = 0;
  await fc.assert(
    fc.asyncProperty(faulty, async (fault) => {
      const path = bench.put(name, make(original, fault));
      // It may not know what it is, but must say so.
      const trouble = await bench.preview(path).then(() => "", String);
      expect(trouble).not.toMatch(/TypeError|RangeError/);
      const wanted = load(path);
      expectWhole(await runDigest(wanted, bench.dir), wanted);
      survived += 1;
    }),
    { numRuns: RUNS },
  );
  return survived;
}

describe("shipped samples, mutated", () => {
  it.each([
    ["hapmap", "maize-panel.hmp.txt"],
    ["vcf", "maize-panel.vcf"],
    ["two-letter", "maize-panel-two-letter.txt"],
    ["sample-list", "maize-panel-samples.txt"],
  ])(
    "%s/%s",
    async (sample, name) => {
      await withBench(async (bench) => {
        const load = toLoad(readInstruction(readJson(join(samples, sample, "instruction.json"))));
        const survived = await survive(
          bench,
          readFileSync(join(samples, sample, "files", name)),
          name,
          (source) => ({
            ...load,
            tables: load.tables.map((table) => ({ ...table, source })),
          }),
        );
        expect(survived).toBe(RUNS);
      });
    },
    TIMEOUT_MS,
  );
});

describe(`real files of each format, mutated${absent}`, () => {
  it
    .skipIf(!isThere)
    .each([
      "kasp/Intertek_SNP_grid.csv",
      "kasp/kasp_results.csv",
      "dart/testset_SNPs_2Row.csv",
      "dart/testset_SilicoDArT.csv",
      "loader-ui/lts_0001_SSR_codom_1-10/Deb_FQ_codom_samples_1-10.txt",
      "loader-ui/lts_0005_Seq_2ltr_1-10/Deb_FQ_2ltr_alleles1-10.txt",
    ])(
    "%s",
    async (name) => {
      await withBench(async (bench) => {
        const original = readFileSync(join(data, name));
        const template = await bench.template(join(data, name));
        const survived = await survive(bench, original, basename(name), (source) => ({
          ...template,
          tables: template.tables.map((table) => ({ ...table, source })),
        }));
        expect(survived).toBe(RUNS);
      });
    },
    TIMEOUT_MS,
  );
});
