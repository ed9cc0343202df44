import type { ActiveJob, Decision, JobInLine, QueuedJob, Situation, Usage } from "./regulator.ts";

/** A start that is expected, in the order of starts. */
export interface ExpectedStart {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Forecast {
  readonly decide: (situation: Situation) => Decision;
  readonly situation: Situation;
  /** How long a job is expected to run from its start, in milliseconds. */
  readonly durationOf: (job: JobInLine) => number;
  /** When a job that runs is expected to end, in milliseconds since 1970. */
  readonly endOf: (job: ActiveJob) => number;
  /** Starts to look ahead at most. */
  readonly limit: number;
}

/** Plays forward what a regulator will do when nothing new comes: it is asked whenever a job would end or a time comes. */
export function foresee(forecast: Forecast): ExpectedStart[] {
  const { decide, situation, durationOf, limit } = forecast;
  const starts: ExpectedStart[] = [];
  const usage: Usage[] = [...situation.usage];
  let waiting: readonly QueuedJob[] = situation.waiting;
  let running = situation.running.map((job) => ({
    job,
    endsAt: Math.max(forecast.endOf(job), situation.now + 1),
  }));
  // Jobs that this node runs without being shown here keep their workers.
  const workers = situation.node.freeWorkers + running.length;
  let now = situation.now;
  while (waiting.length > 0 && starts.length < limit) {
    const decision = decide({
      waiting,
      running: running.map(({ job }) => job),
      node: { ...situation.node, freeWorkers: workers - running.length },
      usage,
      now,
    });
    const starting = new Set(decision.start);
    const byId = new Map(waiting.map((job) => [job.id, job]));
    for (const id of decision.start) {
      const job = byId.get(id);
      if (job === undefined) continue;
      starts.push({ id, at: now });
      running.push({ job: { ...job, startedAt: now }, endsAt: now + Math.max(1, durationOf(job)) });
    }
    waiting = waiting.filter(({ id }) => !starting.has(id));
    const times = running.map(({ endsAt }) => endsAt);
    if (decision.until !== null) times.push(decision.until);
    if (times.length === 0) break;
    now = Math.min(...times);
    for (const { job, endsAt } of running) {
      if (endsAt > now) continue;
      usage.push({ submittedBy: job.submittedBy, at: now, bytes: job.sourceBytes ?? 0, jobs: 1 });
    }
    running = running.filter(({ endsAt }) => endsAt > now);
  }
  return starts.slice(0, limit);
}
