import { chooseRegulator } from "../../../services/digester/regulators/index.ts";
import { createDigester, type DigesterModel } from "./digester.ts";
import { createDisk } from "./disk.ts";
import type { Fault, Schedule } from "./schedule.ts";
import { createWeb, productRules, type Rules, type ToldEvent } from "./web.ts";
import { createWorld, type Process } from "./world.ts";

export interface Simulation {
  /** Properties that did not hold, in words. */
  readonly violations: readonly string[];
  readonly events: readonly ToldEvent[];
  /** Jobs in the order in which they were first begun. */
  readonly starts: readonly number[];
  /** Milliseconds of the fake clock. */
  readonly lasted: number;
}

/** After so long no fault is left, and what is lost then is lost for good. */
const stormMs = 60_000;
/** By then every job has ended, unless it was lost: three leases and all that runs. */
const patienceMs = 180_000;
/** So many pieces of work are enough for any schedule; more is a circle. */
const mostSteps = 200_000;

/**
 * Runs a schedule to its end: the product's own rules of jobs, leases, placement and regulators, driven by a fake clock over
 * a network that loses, doubles and delays, between processes that are killed and stopped.
 */
export function simulate(schedule: Schedule, rules: Rules = productRules): Simulation {
  const world = createWorld(schedule.seed, schedule.weather);
  const begun = world.now();
  const disk = createDisk(rules.fencesOutput);
  const violations = new Set<string>();
  const starts: number[] = [];
  const wholeWrites = new Map<number, number>();

  const web = createWeb(world, rules, (job, events) => {
    if (job.status === "submitted" && (job.reason ?? "") === "") {
      violations.add(`job ${job.id} waits without a reason`);
    }
    for (const event of events) {
      const isCompletion = event.type === "settled" && event.status === "completed";
      if (
        wholeWrites.has(job.id) &&
        (isCompletion || event.type === "claimed" || event.type === "publishing")
      ) {
        violations.add(
          `job ${job.id}: ${event.type} of attempt ${event.attempt} after its completion`,
        );
      }
      if (!isCompletion) continue;
      if (!disk.isWhole(job.id))
        violations.add(`job ${job.id} completed before its files were there`);
      wholeWrites.set(job.id, disk.writes(job.id));
    }
  });
  const regulator = chooseRegulator(schedule.regulator);
  const digesters = Array.from({ length: schedule.digesters }, (_, i) =>
    createDigester(`node-${i + 1}`, schedule.workers, {
      world,
      web,
      disk,
      regulator,
      renameMs: schedule.renameMs,
      planOf: (job) => {
        const planned = accepted[job - 1];
        if (planned === undefined) throw new Error(`there is no job ${job}`);
        return planned;
      },
      onStart: (job) => {
        if (!starts.includes(job)) starts.push(job);
      },
      onSilentWait: (job) => violations.add(`job ${job} waits in a line without a reason`),
    }),
  );
  const accepted: Array<Schedule["jobs"][number]> = [];
  const outside = world.process("outside");
  const isServed = (): boolean => web.process.isUp && web.process.frozenUntil <= world.now();
  /** A client tries again until it is answered. */
  const request = (work: () => void): void => {
    if (isServed()) work();
    else world.after(outside, 500, () => request(work));
  };

  web.attachAll(digesters);
  for (const digester of digesters) digester.start();
  for (const planned of schedule.jobs) {
    world.after(outside, planned.at, () =>
      request(() => {
        accepted.push(planned);
        web.submit(planned);
      }),
    );
  }
  for (const wish of schedule.wishes)
    world.after(outside, wish.at, () => request(() => web.wish(wish)));
  const victims: ReadonlyArray<Pick<DigesterModel, "process" | "start">> = [web, ...digesters];
  for (const fault of schedule.faults) {
    const victim = victims[fault.target];
    if (victim !== undefined) world.after(outside, fault.at, () => strike(fault, victim));
  }
  world.after(outside, stormMs, world.calm);

  function strike(
    { kind, ms }: Fault,
    { process, start }: Pick<DigesterModel, "process" | "start">,
  ): void {
    if (!process.isUp) return;
    if (kind === "freeze") {
      process.frozenUntil = Math.max(process.frozenUntil, world.now() + ms);
      return;
    }
    kill(process);
    world.after(outside, ms, () => {
      process.isUp = true;
      start();
    });
  }

  const isOver = (): boolean =>
    accepted.length === schedule.jobs.length && web.isIdle() && disk.leftovers().length === 0;
  const lastPlanned = Math.max(
    0,
    ...[...schedule.jobs, ...schedule.faults, ...schedule.wishes].map(({ at }) => at),
  );
  for (let steps = 0; ; steps += 1) {
    const lasted = world.now() - begun;
    if (lasted > lastPlanned && isOver()) break;
    if (lasted > stormMs + patienceMs || steps > mostSteps || !world.step()) break;
  }

  for (const job of web.jobs.values()) {
    const wasCancelled = web.events.some(
      ({ type, job: id, status }) =>
        id === job.id && (type === "cancel_requested" || status === "aborted"),
    );
    const isGood = job.status === "completed" || (job.status === "aborted" && wasCancelled);
    if (!isGood)
      violations.add(
        `job ${job.id} is lost: ${job.status}, attempt ${job.attempt}, ${job.reason ?? "no reason"}`,
      );
    const writes = wholeWrites.get(job.id);
    if (writes !== undefined && disk.writes(job.id) > writes) {
      violations.add(`job ${job.id}: somebody wrote into its destination after its completion`);
    }
  }
  for (const { job, attempt } of disk.leftovers()) {
    violations.add(`a staging directory of job ${job}, attempt ${attempt}, is left over`);
  }
  return { violations: [...violations], events: web.events, starts, lasted: world.now() - begun };
}

function kill(process: Process): void {
  process.life += 1;
  process.isUp = false;
  process.frozenUntil = 0;
}
