import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInstruction } from "../contract/instruction.ts";
import { toLoad } from "../contract/load.ts";
import { createAlleleTable, splitVcfAlts } from "./matrix/vcf-alleles.ts";
import { openReader } from "./open-reader.ts";
import { planLoad } from "./plan.ts";
import { createProblems } from "./problems.ts";
import { loadKernels } from "./kernels/kernels.ts";
import { createLineCutter } from "./source/line-cutter.ts";
import { createPatternWatch } from "./source/pattern-watch.ts";
import { readJson, withTempDir } from "./testing/golden-case.ts";

const samples = fileURLToPath(new URL("../../resources/samples", import.meta.url));

/** Fills the tables of a sample from its file, which comes in pieces of the given lengths, over and over. */
function digestPieces(dir: string, sample: string, file: Buffer, lengths: readonly number[]) {
  const load = toLoad(readInstruction(readJson(join(samples, sample, "instruction.json"))));
  const [problems, warnings] = [createProblems(), createProblems()];
  const alleles = createAlleleTable(splitVcfAlts);
  const context = {
    outDir: dir,
    problems,
    warnings,
    hasMatrix: true,
    alleles,
    watch: createPatternWatch(),
    quality: null,
    kernels: loadKernels(),
  };
  const readers = planLoad(load).tables.map((plan) => openReader(plan, context).reader);
  const cutter = createLineCutter((block) => {
    for (const reader of readers) reader.read(block, 9);
  }, context.kernels?.lines);
  for (const reader of readers) reader.beginFile("file");
  for (let at = 0, piece = 0; at < file.length; piece++) {
    const next = at + (lengths[piece % lengths.length] ?? 1);
    const chunk = file.subarray(at, next);
    // Some are put where they belong, some come from elsewhere.
    const place = piece % 2 === 0 ? cutter.room(chunk.length + 5) : Buffer.alloc(chunk.length);
    place.set(chunk);
    expect(cutter.push(place.subarray(0, chunk.length))).toBeNull();
    at = next;
  }
  cutter.end();
  for (const reader of readers) {
    reader.endFile();
    reader.close();
  }
  const files = readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "latin1")]);
  return { files, problems: problems.list, warnings: warnings.summary() };
}

describe("where the input is cut into chunks makes no difference", () => {
  it.each([
    ["hapmap", "maize-panel.hmp.txt"],
    ["vcf", "maize-panel.vcf"],
    ["two-letter", "maize-panel-two-letter.txt"],
  ])("%s", async (sample, name) => {
    const whole = readFileSync(join(samples, sample, "files", name));
    // Short enough to be cut everywhere, long enough for the vector loops.
    const file = whole.subarray(0, whole.indexOf(10, 12_000) + 1);
    await withTempDir(async (dir) => {
      let runs = 0;
      const run = (lengths: readonly number[]) => {
        const place = join(dir, String(runs++));
        mkdirSync(place);
        return digestPieces(place, sample, file, lengths);
      };
      const once = run([file.length]);
      expect(once.files.length).toBeGreaterThan(3);
      fc.assert(
        fc.property(
          fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3000 })), {
            minLength: 1,
            maxLength: 12,
          }),
          (lengths) => {
            expect(run(lengths)).toEqual(once);
          },
        ),
        { numRuns: 25 },
      );
      await Promise.resolve();
    });
  });
});
