import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runPilots } from "../e2e/faults/pilots.ts";
import { missingForSlurm, startPrivateSlurm } from "../e2e/faults/private-slurm.ts";
import { removeSharedRecord, runSharedRecord } from "../e2e/faults/shared-record.ts";
import { servicesEntry } from "../e2e/services-process.ts";
import { missingForPostgres } from "../services/web/testing/private-postgres.ts";

/*
 * What holds beyond one machine: the store on PostgreSQL, through restarts, kills and silence of the database, and several
 * web services on it with digesters of each, any of which is killed; and pilots on a Slurm of one node, which are cancelled,
 * killed, and ended at their walltime.
 *
 * npm run test:scale -- [--kills 30] [--seed 1] [--without-suite] [--report FILE]
 *
 * `--without-suite` leaves out what `npm test` runs as well. Exits 1 unless everything is there that it needs, and everything
 * holds.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "30" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      "without-suite": { type: "boolean", default: false },
      report: { type: "string" },
    },
  });
  const missing = whatIsMissing();
  for (const one of missing) say(`MISSING: ${one}`);
  const tally: Tally = { passed: 0, failed: missing.length, skipped: 0 };
  if (missing.length === 0) {
    if (!values["without-suite"]) count(tally, passesTests());
    // Slurm waits most of the time, for a walltime to be over: both at once take little longer than one.
    await Promise.all([survives(Number(values.kills), Number(values.seed), tally), flies(tally)]);
  }
  say(`Scale: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(tally));
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

/** Of what was to be proven. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

function count(tally: Tally, holds: boolean): void {
  if (holds) tally.passed++;
  else tally.failed++;
}

function whatIsMissing(): string[] {
  return [
    missingForPostgres(),
    missingForSlurm(),
    existsSync(servicesEntry) ? null : `${servicesEntry}: run npm run build first`,
  ].filter((one) => one !== null);
}

function passesTests(): boolean {
  const { status } = spawnSync(
    "npx",
    [
      "vitest",
      "run",
      "--maxWorkers=1",
      "services/web/store/postgres",
      "services/web/shared-record.test.ts",
      "services/web/outlived.test.ts",
    ],
    {
      stdio: "inherit",
    },
  );
  return status === 0;
}

async function flies(tally: Tally): Promise<void> {
  let slurm;
  try {
    slurm = await startPrivateSlurm(8);
  } catch (thrown) {
    // Some containers have nothing that its daemons could live in.
    say(`SKIPPED, PILOTS ON SLURM ARE NOT TRIED: ${String(thrown)}`);
    tally.skipped++;
    return;
  }
  try {
    say("Pilots as jobs of a Slurm of one node");
    const { passed, failed, seconds, dir } = await runPilots(slurm, (line) =>
      say(`slurm: ${line}`),
    );
    tally.passed += passed.length;
    tally.failed += failed.length;
    say(`slurm: ${passed.length} hold, ${failed.length} do not, in ${seconds.toFixed(0)} s`);
    for (const one of failed) say(`slurm: ${one}`);
    if (failed.length > 0) say(`Logs: ${dir}\n${slurm.log()}`);
  } finally {
    await slurm.dispose();
  }
}

async function survives(kills: number, seed: number, tally: Tally): Promise<void> {
  say(`Two web services and four digesters on one database, ${kills} kills, seed ${seed}`);
  const run = await runSharedRecord({ kills, seed, webs: 2, digesters: 4, say });
  const { verdict, accepted, unanswered, complaints } = run;
  const targets = new Map<string, number>();
  for (const { target } of run.kills) targets.set(target, (targets.get(target) ?? 0) + 1);
  const problems = {
    lost: verdict.lost,
    "completed twice": verdict.completedTwice,
    "other output": verdict.different,
    "told and not kept": verdict.unkept,
    complaint: complaints,
  };
  const killed = [...targets]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([target, times]) => `${target} ${times}`);
  say(
    `${accepted} accepted in ${run.seconds.toFixed(0)} s, ${unanswered} posts without an answer; killed: ${killed.join(", ")}`,
  );
  say(
    `${verdict.lost.length} lost, ${verdict.completedTwice.length} twice, ${verdict.attempts} attempts, ` +
      `${verdict.refused} refused callbacks`,
  );
  for (const [what, found] of Object.entries(problems)) {
    count(tally, found.length === 0);
    for (const one of found) say(`${what}: ${one}`);
  }
  if (Object.values(problems).every((found) => found.length === 0)) await removeSharedRecord(run);
  else say(`Logs: ${run.dir}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
