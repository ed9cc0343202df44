import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export interface Run {
  readonly wall: number;
  /** User and system time of the process and all of its threads, in seconds. */
  readonly cpu: number;
  /** The most that was resident at a time, in MiB. */
  readonly peak: number;
}

/** A program with its arguments; `stdout` names a file for what it prints. */
export interface Work {
  readonly command: readonly [string, ...string[]];
  readonly stdout?: string;
}

const GNU_TIME = "/usr/bin/time";

export function canMeasure(): boolean {
  return existsSync(GNU_TIME);
}

/**
 * Runs a program to its end, in a directory of its own that is deleted afterwards.
 *
 * @throws where it fails.
 */
export function runOnce(dir: string, work: Work): Run {
  const place = join(dir, "run");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const report = join(dir, "time.txt");
  const out = openSync(work.stdout === undefined ? "/dev/null" : join(place, work.stdout), "w");
  try {
    const begun = performance.now();
    const { status, stderr } = spawnSync(
      GNU_TIME,
      ["-q", "-f", "%U %S %M", "-o", report, ...work.command],
      { cwd: place, stdio: ["ignore", out, "pipe"], encoding: "utf8", maxBuffer: 1 << 26 },
    );
    const wall = (performance.now() - begun) / 1000;
    if (status !== 0) throw new Error(`${work.command.join(" ")}: ${stderr.slice(-2000)}`);
    const [user = 0, system = 0, kibibytes = 0] = readFileSync(report, "utf8")
      .trim()
      .split(" ")
      .map(Number);
    return { wall, cpu: user + system, peak: kibibytes / 1024 };
  } finally {
    closeSync(out);
    rmSync(place, { recursive: true, force: true });
  }
}

/** The middle of each figure on its own; memory: the most of all. */
export function summarize(runs: readonly Run[]): Run {
  return {
    wall: median(runs.map(({ wall }) => wall)),
    cpu: median(runs.map(({ cpu }) => cpu)),
    peak: Math.max(...runs.map(({ peak }) => peak)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

export function writeJson(path: string, value: unknown): string {
  writeFileSync(path, JSON.stringify(value));
  return path;
}
