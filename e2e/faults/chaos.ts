import { parseArgs } from "node:util";
import { removeCluster } from "./cluster.ts";
import { reportOf } from "./report.ts";
import { isKept, runFaults } from "./run.ts";

/*
 * Kills the built services again and again while they work, at seeded moments, and counts what became of the work:
 *
 * npm run chaos -- --kills 1000 --seed 1 [--digesters 4] [--workers 2] [--pull N] [--lease SECONDS] [--every MILLISECONDS] [--out FILE]
 *
 * Exits 1 unless everything that was accepted completed once, with the bytes that had to come of it.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "100" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      digesters: { type: "string", default: "4" },
      workers: { type: "string", default: "2" },
      pull: { type: "string" },
      lease: { type: "string" },
      out: { type: "string" },
      every: { type: "string", default: "2000" },
    },
  });
  const run = await runFaults({
    kills: wholeNumber("kills", values.kills),
    seed: wholeNumber("seed", values.seed),
    digesters: wholeNumber("digesters", values.digesters),
    workers: wholeNumber("workers", values.workers),
    ...(values.pull === undefined ? {} : { pulling: wholeNumber("pull", values.pull) }),
    lease: values.lease === undefined ? null : wholeNumber("lease", values.lease),
    everyMs: wholeNumber("every", values.every),
    size: { matrices: [4000, 15_000, 40_000], panel: 8000 },
    keepIn: values.out ?? null,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${reportOf(run)}\n`);
  if (isKept(run)) await removeCluster(run.cluster);
  else process.exitCode = 1;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name}: expected a positive whole number, not ${text}`);
}
