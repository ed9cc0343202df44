import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { schedules, type Schedule } from "./schedule.ts";
import { simulate } from "./simulate.ts";

/*
 * Runs the rules of jobs, leases, placement and regulators through made-up schedules of kills, stops and bad networks:
 *
 * npm run simulate -- --schedules 100000 --seed 1
 *
 * Prints schedules a second; exits 1 with the smallest schedule that it could find where a property does not hold.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      schedules: { type: "string", default: "20000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const [numRuns, seed] = [Number(values.schedules), Number(values.seed)];
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  let run = 0;
  let events = 0;
  const keeps = (schedule: Schedule): boolean => {
    const simulation = simulate(schedule);
    run += 1;
    events += simulation.events.length;
    return simulation.violations.length === 0;
  };
  const details = fc.check(fc.property(schedules, keeps), { numRuns, seed });
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuSeconds = (user + system) / 1e6;
  say(
    `${run} schedules, seed ${seed}, ${events} events: ${Math.round(run / seconds)} schedules/s, ` +
      `${Math.round(run / cpuSeconds)} per CPU second`,
  );
  const [counterexample] = details.counterexample ?? [];
  if (counterexample === undefined) return say("Every property held.");
  say(`A property did not hold. The smallest schedule of ${details.numShrinks + 1}:`);
  say(JSON.stringify(counterexample, null, 2));
  const { violations, events: log } = simulate(counterexample);
  const from = log[0]?.at ?? 0;
  for (const { at, type, job, attempt, digester, status } of log) {
    const second = ((at - from) / 1000).toFixed(3).padStart(8);
    say(`${second} s  job ${job}  attempt ${attempt}  ${type} ${status ?? ""}  ${digester ?? ""}`);
  }
  for (const violation of violations) say(`VIOLATED: ${violation}`);
  process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
