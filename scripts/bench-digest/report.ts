import type { Run } from "./measure.ts";

export interface Measured {
  readonly task: "vcf" | "vcf.gz" | "iupac" | "transpose";
  readonly program: string;
  readonly run: Run;
}

const TASKS: Readonly<Record<Measured["task"], string>> = {
  vcf: "VCF to digest.matrix, with its tables",
  "vcf.gz": "the same from .vcf.gz",
  iupac: "IUPAC matrix to two letters",
  transpose: "two-letter matrix, transposed",
};

/** How many times as fast as another program the engine is to be: for who waits, by the clock; for who shares a node, in CPU seconds. */
const GOALS: readonly { task: Measured["task"]; program: string; times: number }[] = [
  { task: "vcf", program: "bcftools query", times: 4 },
  { task: "vcf", program: "plink1.9 compound-genotypes", times: 1 },
  { task: "vcf.gz", program: "bcftools query", times: 2 },
  { task: "vcf.gz", program: "plink1.9 compound-genotypes", times: 1 },
  { task: "iupac", program: "readline and split", times: 8 },
  { task: "transpose", program: "datamash transpose", times: 3.5 },
  { task: "transpose", program: "plink1.9 tped to ped", times: 1 },
];

/** The engine once more, with the quality figures of the matrix. */
export const WITH_QUALITY = "digester, quality figures too";
const QUALITY_SHARE = 0.25;

const PEAK_MIB = 128;

/** One table: each task, and how many times as long as ours each program takes. */
export function printTable(measured: readonly Measured[], print: (line: string) => void): void {
  for (const [task, title] of Object.entries(TASKS)) {
    const rows = measured.filter((row) => row.task === task);
    const ours = rows.find(({ program }) => program === "digester");
    print(title);
    print(line("", "CPU s", "wall s", "MiB", "CPU ratio", "wall ratio"));
    for (const { program, run } of rows) {
      const figures = [run.cpu.toFixed(2), run.wall.toFixed(2), run.peak.toFixed(0)];
      const ratios = ours === undefined ? [] : [run.cpu / ours.run.cpu, run.wall / ours.run.wall];
      print(line(program, ...figures, ...ratios.map((ratio) => ratio.toFixed(2))));
    }
  }
}

/** A line for each goal: whether it is met, and by how much. */
export function judge(measured: readonly Measured[]): string[] {
  const find = (task: string, program: string): Measured | undefined =>
    measured.find((row) => row.task === task && row.program === program);
  const speeds = GOALS.flatMap(({ task, program, times }) => {
    const [ours, theirs] = [find(task, "digester"), find(task, program)];
    if (ours === undefined || theirs === undefined) return [];
    const [clock, cpu] = [theirs.run.wall / ours.run.wall, theirs.run.cpu / ours.run.cpu];
    return (
      `${verdict(clock >= times)} by the clock, ${verdict(cpu >= times)} in CPU seconds: ${task}: ${clock.toFixed(2)} and ` +
      `${cpu.toFixed(2)} times as fast as ${program} (goal >= ${times})`
    );
  });
  const peaks = measured
    .filter(({ program }) => program === "digester" || program === WITH_QUALITY)
    .map(
      ({ task, program, run }) =>
        `${verdict(run.peak <= PEAK_MIB)}: ${task}, ${program}: ${run.peak.toFixed(0)} MiB at most (goal <= ${PEAK_MIB})`,
    );
  return [...speeds, ...qualityShare(measured), ...peaks];
}

function qualityShare(measured: readonly Measured[]): string[] {
  const cpuOf = (wanted: string): number | undefined =>
    measured.find(({ task, program }) => task === "vcf" && program === wanted)?.run.cpu;
  const [without, withFigures] = [cpuOf("digester"), cpuOf(WITH_QUALITY)];
  if (without === undefined || withFigures === undefined) return [];
  const share = withFigures / without - 1;
  return [
    `${verdict(share <= QUALITY_SHARE)}: quality figures add ${percent(share)} (goal <= ${percent(QUALITY_SHARE)})`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function line(program: string, ...figures: string[]): string {
  return `  ${program.padEnd(30)}${figures.map((figure) => figure.padStart(11)).join("")}`;
}

function verdict(met: boolean): string {
  return met ? "met" : "NOT MET";
}
