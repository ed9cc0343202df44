import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { removeSharedRecord, runSharedRecord } from "../e2e/faults/shared-record.ts";
import { servicesEntry } from "../e2e/services-process.ts";
import { missingForPostgres } from "../services/web/testing/private-postgres.ts";

/*
 * What holds beyond one machine: the store on PostgreSQL, through restarts, kills and silence of the database, and several
 * web services on it with digesters of each, any of which is killed.
 *
 * npm run test:scale -- [--kills 30] [--seed 1]
 *
 * Exits 1 unless everything is there that it needs, and everything holds.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "30" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const missing = whatIsMissing();
  for (const one of missing) say(`MISSING: ${one}`);
  const isWhole =
    missing.length === 0 &&
    passesTests() &&
    (await survives(Number(values.kills), Number(values.seed)));
  process.exitCode = isWhole ? 0 : 1;
}

function whatIsMissing(): string[] {
  const postgres = missingForPostgres();
  return [
    ...(postgres === null ? [] : [postgres]),
    ...(existsSync(servicesEntry) ? [] : [`${servicesEntry}: run npm run build first`]),
  ];
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
    ],
    {
      stdio: "inherit",
    },
  );
  return status === 0;
}

async function survives(kills: number, seed: number): Promise<boolean> {
  say(`Two web services and four digesters on one database, ${kills} kills, seed ${seed}`);
  const run = await runSharedRecord({ kills, seed, webs: 2, digesters: 4, say });
  const { verdict, accepted, unanswered, complaints } = run;
  const targets = new Map<string, number>();
  for (const { target } of run.kills) targets.set(target, (targets.get(target) ?? 0) + 1);
  const problems = [
    ...verdict.lost.map((one) => `lost: ${one}`),
    ...verdict.completedTwice.map((one) => `completed twice: ${one}`),
    ...verdict.different.map((one) => `other output: ${one}`),
    ...verdict.unkept.map((one) => `told and not kept: ${one}`),
    ...complaints,
  ];
  const killed = [...targets]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([target, count]) => `${target} ${count}`);
  say(
    `${accepted} accepted in ${run.seconds.toFixed(0)} s, ${unanswered} posts without an answer; killed: ${killed.join(", ")}`,
  );
  say(
    `${verdict.lost.length} lost, ${verdict.completedTwice.length} twice, ${verdict.attempts} attempts, ` +
      `${verdict.refused} refused callbacks`,
  );
  for (const problem of problems) say(problem);
  if (problems.length === 0) await removeSharedRecord(run);
  else say(`Logs: ${run.dir}`);
  return problems.length === 0;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
