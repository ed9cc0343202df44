import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  matrixInstruction,
  vcfInstruction,
  writeInputs,
  type InputFiles,
  type Size,
} from "./inputs.ts";
import { canMeasure, runOnce, summarize, writeJson, type Run, type Work } from "./measure.ts";
import { findPeers, type Peers } from "./peers.ts";
import { judge, printTable, WITH_QUALITY, type Measured } from "./report.ts";

/*
 * How fast the engine is beside other programs that do the same to the same genotypes, each as a process with all it needs
 * to start. Sizes are markers x samples. The runs of all programs take turns, so that whatever else the machine does meets
 * all of them; goals are ratios within the run. On a machine with other work, look at those of CPU seconds.
 *
 * npm run bench:digest -- [--size 20000x1000] [--runs 5] [--seed 1] [--quick] [--dir DIR]
 */

const DEFAULT_SIZE = "20000x1000";
const QUICK_SIZE = "2000x500";

const services = fileURLToPath(new URL("../../out/main/services.js", import.meta.url));
const baseline = fileURLToPath(new URL("readline-baseline.mjs", import.meta.url));

export function main(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: "string", default: DEFAULT_SIZE },
      runs: { type: "string", default: "5" },
      seed: { type: "string", default: "1" },
      quick: { type: "boolean", default: false },
      dir: { type: "string", default: tmpdir() },
    },
  });
  if (!canMeasure()) {
    throw new Error("GNU time measures the programs and is missing (Debian: apt-get install time)");
  }
  const size = toSize(values.quick ? QUICK_SIZE : values.size);
  const runs = values.quick ? 1 : Number(values.runs);
  const dir = mkdtempSync(join(values.dir, "digester-bench-"));
  try {
    const peers = findPeers();
    const files = writeInputs(dir, size, Number(values.seed));
    const measured = measureAll(dir, allWorks(dir, files, peers), runs);
    print(`${size.markers} markers x ${size.samples} samples, medians of ${runs}\n`);
    printTable(measured, print);
    print("");
    for (const line of judge(measured)) print(line);
    for (const line of scaling(dir, size, Number(values.seed), measured, runs)) print(line);
    for (const { name, install } of peers.missing) {
      print(`not measured: ${name} is not on this machine (Debian: apt-get install ${install})`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function toSize(text: string): Size {
  const [, markers, samples] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (markers === undefined || samples === undefined) {
    throw new Error(`--size ${text}: expected MARKERSxSAMPLES, such as ${DEFAULT_SIZE}`);
  }
  return { markers: Number(markers), samples: Number(samples) };
}

/** What is measured: a task, the program that does it, and how it is called. */
interface NamedWork {
  readonly task: Measured["task"];
  readonly program: string;
  readonly work: Work;
}

function digestWork(dir: string, name: string, instruction: unknown, withQuality = false): Work {
  const file = writeJson(join(dir, `${name}.json`), instruction);
  const how = ["--out", "digest", "--json", ...(withQuality ? [] : ["--no-quality"])];
  return { command: [process.execPath, services, "digest", file, ...how] };
}

function allWorks(dir: string, files: InputFiles, peers: Peers): NamedWork[] {
  const ours = (task: Measured["task"], instruction: unknown): NamedWork => ({
    task,
    program: "digester",
    work: digestWork(dir, task.replace(/\W/g, "-"), instruction),
  });
  const withQuality: NamedWork = {
    task: "vcf",
    program: WITH_QUALITY,
    work: digestWork(dir, "quality", vcfInstruction(files.vcf), true),
  };
  const readline: Work = {
    command: [process.execPath, baseline, files.iupac, "out.txt"],
  };
  return [
    ours("vcf", vcfInstruction(files.vcf)),
    withQuality,
    ...peers.vcf(files.vcf).map((peer) => ({ task: "vcf" as const, ...peer })),
    ours("vcf.gz", vcfInstruction(files.vcfGz)),
    ...peers.vcf(files.vcfGz).map((peer) => ({ task: "vcf.gz" as const, ...peer })),
    ours("iupac", matrixInstruction(files.iupac, "IUPAC", "MARKER_FAST")),
    { task: "iupac", program: "readline and split", work: readline },
    ours("transpose", matrixInstruction(files.twoLetter, "NUCLEOTIDE_2_LETTER", "SAMPLE_FAST")),
    ...peers.transpose(files).map((peer) => ({ task: "transpose" as const, ...peer })),
  ];
}

function measureAll(dir: string, works: readonly NamedWork[], runs: number): Measured[] {
  const results = works.map((): Run[] => []);
  for (let turn = 0; turn < runs; turn++) {
    for (const [index, { work }] of works.entries()) results[index]?.push(runOnce(dir, work));
  }
  return works.map(({ task, program }, index) => ({
    task,
    program,
    run: summarize(results[index] ?? []),
  }));
}

/** How the time of the VCF grows from a quarter of the markers, and of the samples, to all of them. */
function scaling(
  dir: string,
  { markers, samples }: Size,
  seed: number,
  measured: readonly Measured[],
  runs: number,
): string[] {
  const whole = measured.find(({ task, program }) => task === "vcf" && program === "digester");
  if (whole === undefined) return [];
  const quarters: [string, Size][] = [
    ["markers", { markers: Math.ceil(markers / 4), samples }],
    ["samples", { markers, samples: Math.ceil(samples / 4) }],
  ];
  return quarters.map(([what, size]) => {
    const place = mkdtempSync(join(dir, "quarter-"));
    const { vcf } = writeInputs(place, size, seed);
    const work = digestWork(place, "vcf", vcfInstruction(vcf));
    const part = summarize(Array.from({ length: runs }, () => runOnce(place, work)));
    rmSync(place, { recursive: true });
    const growth = whole.run.cpu / part.cpu;
    const verdict = growth <= 4.4 ? "met" : "NOT MET";
    return `${verdict}: time linear in ${what}: 4 times as many take ${growth.toFixed(2)} times as long (goal <= 4.4)`;
  });
}
