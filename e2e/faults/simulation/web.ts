import type { JobPatch } from "../../../services/contract/callback.ts";
import type { EventType } from "../../../services/contract/event.ts";
import { isSettled } from "../../../services/contract/job.ts";
import type { Change } from "../../../services/web/store/store.ts";
import {
  applyPatch,
  loseAttempt,
  newJob,
  place,
  unplace,
} from "../../../services/web/jobs/job-model.ts";
import { cancel, hold, release, setPriority } from "../../../services/web/jobs/person-changes.ts";
import type { JobRecord } from "../../../services/web/jobs/job-record.ts";
import {
  couldNotHear,
  leasesAt,
  whyLost,
  type Clocks,
  type Lease,
} from "../../../services/web/jobs/leases.ts";
import {
  choose,
  fits,
  loadsOf,
  movesFrom,
  type Candidate,
} from "../../../services/web/jobs/placement.ts";
import { reconcile } from "../../../services/web/jobs/reconcile.ts";
import { defaultRetryPolicy, isDue } from "../../../services/web/jobs/retries.ts";
import type { DigesterModel, Offer, StatusModel } from "./digester.ts";
import type { PlannedJob, Wish } from "./schedule.ts";
import type { Process, World } from "./world.ts";

/** The parts of the product's rules that a test may break on purpose. */
export interface Rules {
  readonly applyPatch: typeof applyPatch;
  readonly loseAttempt: typeof loseAttempt;
  /** Whether an attempt fences off the output of those before it. */
  readonly fencesOutput: boolean;
}

export const productRules: Rules = { applyPatch, loseAttempt, fencesOutput: true };

/** What the record keeps of an event, as far as it is judged. */
export interface ToldEvent {
  readonly at: number;
  readonly type: EventType;
  readonly job: number;
  readonly attempt: number;
  readonly digester: string | null;
  readonly status: string | null;
}

export type PatchReply =
  { readonly kind: "accepted"; readonly cancel: boolean } | { readonly kind: "stale" };

export interface WebModel {
  readonly process: Process;
  readonly jobs: ReadonlyMap<number, JobRecord>;
  readonly isIdle: () => boolean;
  readonly events: readonly ToldEvent[];
  readonly attachAll: (digesters: readonly DigesterModel[]) => void;
  readonly submit: (planned: PlannedJob) => void;
  readonly wish: (wish: Wish) => void;
  readonly patch: (job: number, patch: JobPatch) => PatchReply;
  readonly attach: (digester: DigesterModel, boot: number) => true;
  readonly unsettled: (digester: string) => Offer[];
  /** It is there again after a kill, with what was on disk. */
  readonly start: () => void;
}

interface Entry {
  readonly digester: DigesterModel;
  /** Durable: of the life that it was last heard to have. */
  boot: number | null;
  status: StatusModel | null;
  problem: string | null;
  lastReached: number;
}

const [leaseMs, renewMs, tickMs, pollMs] = [15_000, 5000, 1000, 1500];
const lostAfterMs = 2 * renewMs;
const terms = { leaseMs, graceMs: 2 * renewMs, tickMs };
/** A job must not end by the cap for those that end their digesters: here the killing is no fault of its own. */
const retries = { ...defaultRetryPolicy, losses: Infinity };

/** @param onChange called with each job after it has changed. */
export function createWeb(
  world: World,
  rules: Rules,
  onChange: (job: JobRecord, events: readonly ToldEvent[]) => void,
): WebModel {
  const process = world.process("web");
  const jobs = new Map<number, JobRecord>();
  /** What a kill leaves: the record without what is only touched. */
  const durable = new Map<number, JobRecord>();
  const events: ToldEvent[] = [];
  let entries: Entry[] = [];
  let leases: ReadonlyMap<number, Lease> = new Map();
  let lastLook: Clocks | null = null;
  let isPlanned = false;

  const now = world.now;

  const keep = (job: JobRecord, change: Change): JobRecord => {
    if (change.job === job && change.events.length === 0) return job;
    jobs.set(job.id, change.job);
    durable.set(job.id, change.job);
    const told = change.events.map(({ type, attempt, digester, status, at }): ToldEvent => ({
      at,
      type,
      job: job.id,
      attempt: attempt ?? 0,
      digester,
      status: status ?? null,
    }));
    events.push(...told);
    onChange(change.job, told);
    plan();
    return change.job;
  };

  const touch = (job: JobRecord, fields: Partial<JobRecord>): void => {
    jobs.set(job.id, { ...job, ...fields });
  };

  const unsettledJobs = (): JobRecord[] => {
    const found: JobRecord[] = [];
    for (const job of jobs.values()) if (!isSettled(job.status)) found.push(job);
    return found;
  };

  /** Places soon, as the placer does: several changes within a moment are one. */
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    world.after(process, 50, () => {
      isPlanned = false;
      placeAll();
    });
  };

  const placeAll = (): void => {
    const unsettled = unsettledJobs();
    if (unsettled.length === 0) return;
    const waiting = unsettled.filter(
      (job) => job.status === "submitted" && !job.held && isDue(job, now()),
    );
    const loads = loadsOf(entries.map(candidateOf), unsettled);
    const needs = { paths: [], labels: [] };
    const isPlaced = (job: JobRecord): boolean => job.digester !== null && loads.has(job.digester);
    const order = waiting
      .filter((job) => !isPlaced(job))
      .toSorted((a, b) => b.priority - a.priority || a.id - b.id);
    for (const job of order) {
      const choice = choose(needs, loads.values());
      if (choice.digester === null) touch(job, { reason: choice.reason });
      else {
        const load = loads.get(choice.digester);
        if (load !== undefined) load.waiting += 1;
        dispatch(job, choice.digester);
      }
    }
    const moves = movesFrom(waiting.filter(isPlaced), loads, (_job, candidate) =>
      fits(candidate, needs),
    );
    for (const { job, digester } of moves) dispatch(job, digester);
  };

  const dispatch = (planned: JobRecord, id: string): void => {
    const entry = entries.find(({ digester }) => digester.name === id);
    const job = jobs.get(planned.id);
    if (entry === undefined || job?.status !== "submitted" || job.held) return;
    const { attempt } = job;
    const offer = offerOf(job);
    world.ask(
      process,
      entry.digester.process,
      () => entry.digester.accept(offer),
      (answer) => {
        const current = jobs.get(job.id);
        if (answer === null) return world.after(process, 2000, plan);
        if (current?.status === "submitted" && !current.held && current.attempt === attempt) {
          keep(current, place(current, id, now()));
        }
      },
    );
  };

  const lose = (job: JobRecord, reason: string): void => {
    const current = jobs.get(job.id);
    if (current?.attempt !== job.attempt || current.status !== "in_progress") return;
    keep(current, rules.loseAttempt(current, reason, now(), retries));
  };

  const look = (): void => {
    const at = { wall: now(), monotonic: now() };
    const unheard = couldNotHear(lastLook, at, terms);
    lastLook = at;
    const running = unsettledJobs().filter((job) => job.status === "in_progress");
    leases = leasesAt(leases, running, at.monotonic, unheard, terms);
    for (const job of running) {
      const reason = whyLost(job, leases.get(job.id), at);
      if (reason !== null) lose(job, reason);
    }
    world.after(process, tickMs, look);
  };

  const poll = (entry: Entry): void => {
    const askedAt = now();
    const { digester } = entry;
    world.ask(process, digester.process, digester.status, (status) => {
      if (status === null) silent(entry);
      else heard(entry, status, askedAt);
      world.after(process, pollMs, () => poll(entry));
    });
  };

  const heard = (entry: Entry, status: StatusModel, askedAt: number): void => {
    const newLife = entry.boot !== null && entry.boot !== status.boot;
    const isNews = entry.problem !== null || entry.status === null;
    Object.assign(entry, { status, problem: null, lastReached: now(), boot: status.boot });
    const { name } = entry.digester;
    for (const finding of reconcile(
      { digester: name, status, askedAt, newLife },
      unsettledJobs(),
    )) {
      const job = jobs.get(finding.job.id);
      if (job === undefined) continue;
      if (finding.kind === "lost") lose(job, `${name} was started anew.`);
      if (finding.kind === "missing")
        keep(job, unplace(job, `${name} does not have it any more.`, now()));
      if (finding.kind === "taken") keep(job, place(job, name, now()));
      if (finding.kind === "reason" && job.status === "submitted")
        touch(job, { reason: finding.reason });
    }
    if (isNews) plan();
  };

  const silent = (entry: Entry): void => {
    if (entry.problem === null) plan();
    entry.problem = "no answer";
    if (now() - entry.lastReached < lostAfterMs) return;
    for (const job of unsettledJobs()) {
      if (job.status !== "submitted" || job.digester !== entry.digester.name) continue;
      keep(job, unplace(job, `${entry.digester.name} is not reachable.`, now()));
    }
  };

  const begin = (): void => {
    look();
    for (const entry of entries) poll(entry);
    plan();
  };

  return {
    process,
    jobs,
    isIdle: () => unsettledJobs().length === 0,
    events,
    attachAll(digesters) {
      entries = digesters.map((digester) => ({
        digester,
        boot: null,
        status: null,
        problem: null,
        lastReached: now(),
      }));
      begin();
    },
    submit({ priority, submittedBy }) {
      const id = jobs.size + 1;
      const input = { key: `job-${id}`, crop: "dev", priority, submittedBy };
      const job = { ...newJob(input, now()), id };
      const event = {
        at: now(),
        type: "submitted",
        job: id,
        attempt: 0,
        digester: null,
        status: null,
      } as const;
      jobs.set(id, job);
      durable.set(id, job);
      events.push(event);
      onChange(job, [event]);
      plan();
    },
    wish({ kind, job: index }) {
      const job = jobs.get(index + 1);
      if (job === undefined) return;
      const by = "ana";
      if (kind === "priority" && !isSettled(job.status))
        keep(job, setPriority(job, job.priority + 1, by, now()));
      if (kind === "cancel" && !isSettled(job.status)) {
        keep(job, cancel(job, by, now()));
        withdraw(job);
      }
      if (kind === "hold" && job.status === "submitted") {
        keep(job, hold(job, by, now()));
        withdraw(job);
        // A person remembers it, whatever has become of the service meanwhile.
        world.after(world.process("person"), 20_000, () => {
          const held = jobs.get(job.id);
          if (held?.status === "submitted") keep(held, release(held, by, now()));
        });
      }
    },
    patch(id, patch) {
      const job = jobs.get(id);
      if (job === undefined) return { kind: "stale" };
      try {
        const { status, cancelledBy } = keep(
          job,
          rules.applyPatch(job, patch, now(), leaseMs, retries),
        );
        return { kind: "accepted", cancel: status === "in_progress" && cancelledBy !== null };
      } catch {
        // A refusal. Whatever else is wrong shows in the properties.
        return { kind: "stale" };
      }
    },
    attach(digester, boot) {
      const entry = entries.find((one) => one.digester === digester);
      if (entry === undefined) return true;
      const newLife = entry.boot !== null && entry.boot !== boot;
      if (newLife) {
        for (const job of unsettledJobs()) {
          const isTheirs = job.status === "in_progress" && job.digester === digester.name;
          if (isTheirs) lose(job, `${digester.name} was started anew.`);
        }
        entry.status = null;
      }
      entry.boot = boot;
      entry.problem = null;
      plan();
      return true;
    },
    unsettled: (name) =>
      unsettledJobs()
        .filter((job) => job.status === "submitted" && !job.held && isDue(job, now()))
        .filter(({ digester }) => digester === null || digester === name)
        .map(offerOf),
    start() {
      jobs.clear();
      for (const [id, job] of durable) jobs.set(id, job);
      leases = new Map();
      lastLook = null;
      isPlanned = false;
      for (const entry of entries)
        Object.assign(entry, { status: null, problem: null, lastReached: now() });
      begin();
    },
  };

  function withdraw({ id, digester: name }: JobRecord): void {
    const entry = entries.find(({ digester }) => digester.name === name);
    if (entry === undefined) return;
    world.ask(
      process,
      entry.digester.process,
      () => entry.digester.withdraw(id),
      () => undefined,
    );
  }
}

const offerOf = (job: JobRecord): Offer => ({
  job: job.id,
  attempt: job.attempt + 1,
  priority: job.priority,
  submittedBy: job.submittedBy,
  submittedAt: job.submittedAt,
});

function candidateOf({ digester, status, problem }: Entry): Candidate {
  const isKnown = status !== null && problem === null;
  return {
    id: digester.name,
    problem: isKnown ? null : (problem ?? "not heard from yet"),
    silent: status !== null && !isKnown,
    draining: false,
    paused: false,
    workers: digester.workers,
    lineLimit: status === null ? 0 : 1000,
    revision: 0,
    waiting: status?.waiting.map(({ job }) => job) ?? [],
    running: status?.running.map(({ job }) => job) ?? [],
    dataRoots: [],
    labels: [],
  };
}
