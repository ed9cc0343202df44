import type { JobPatch } from "../../../services/contract/callback.ts";
import type { ChosenRegulator } from "../../../services/digester/regulators/index.ts";
import type {
  JobInLine,
  Situation,
  Usage,
} from "../../../services/digester/regulators/regulator.ts";
import type { Disk, Staging } from "./disk.ts";
import type { PlannedJob } from "./schedule.ts";
import type { PatchReply, WebModel } from "./web.ts";
import type { Process, World } from "./world.ts";

/** A job as it is given to a digester. */
export interface Offer {
  readonly job: number;
  readonly attempt: number;
  readonly priority: number;
  readonly submittedBy: string | null;
  readonly submittedAt: number;
}

export interface StatusModel {
  readonly boot: number;
  readonly draining: false;
  readonly waiting: Array<{
    job: number;
    key: string;
    position: number;
    reason: string;
    after: null;
  }>;
  readonly running: Array<{
    job: number;
    key: string;
    attempt: number;
    step: "submitted";
    progress: number;
    startedAt: string;
  }>;
}

/** A digester's protocol: its line, its attempts with claim, publish and outcome, its outbox and what it recovers. */
export interface DigesterModel {
  readonly name: string;
  readonly workers: number;
  readonly process: Process;
  readonly accept: (offer: Offer) => true;
  readonly withdraw: (job: number) => true;
  readonly status: () => StatusModel;
  /** It is there again after a kill, with what was on disk. */
  readonly start: () => void;
}

export interface DigesterContext {
  readonly world: World;
  readonly web: WebModel;
  readonly disk: Disk;
  readonly regulator: ChosenRegulator;
  readonly renameMs: number;
  readonly planOf: (job: number) => PlannedJob;
  readonly onStart: (job: number) => void;
  /** A job that stays in line got no reason. */
  readonly onSilentWait: (job: number) => void;
}

interface Waiting {
  readonly offer: Offer;
  readonly enteredAt: number;
}

interface Attempt {
  readonly offer: Offer;
  readonly startedAt: number;
  /** The claim was accepted. */
  isClaimed: boolean;
  /** It does nothing any more, and says nothing. */
  isOver: boolean;
  ordinal: number;
}

interface Journaled {
  readonly offer: Offer;
  readonly staging: Staging;
  /** What is reported when its files stand in the destination; set once it was allowed to move them. */
  completion: JobPatch | null;
}

const renewMs = 5000;

export function createDigester(
  name: string,
  workers: number,
  context: DigesterContext,
): DigesterModel {
  const { world, web, disk, regulator, renameMs, planOf } = context;
  const process = world.process(name);
  const line = new Map<number, Waiting>();
  const running = new Map<number, Attempt>();
  /** On disk. */
  const journal = new Set<Journaled>();
  const outbox: Array<{ readonly job: number; readonly patch: JobPatch }> = [];
  const usage: Usage[] = [];
  let boot = 0;
  let isPlanned = false;
  let isDelivering = false;

  const { now } = world;
  const after = (ms: number, work: () => void): void => world.after(process, ms, work);

  const callBack = (
    job: number,
    patch: JobPatch,
    onReply: (reply: PatchReply | null) => void,
  ): void => world.ask(process, web.process, () => web.patch(job, patch), onReply);

  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    after(0, () => {
      isPlanned = false;
      act();
    });
  };

  const toJobInLine = ({ job, priority, submittedBy, submittedAt }: Offer): JobInLine => ({
    id: `#${job}`,
    job,
    key: `job-${job}`,
    priority,
    submittedBy,
    submittedAt,
    front: 0,
    sourceBytes: planOf(job).bytes,
    memoryBytes: 2e8,
    fileSystems: ["/data"],
  });

  const situation = (): Situation => ({
    waiting: [...line.values()]
      .filter(({ offer }) => !running.has(offer.job))
      .map(({ offer, enteredAt }) => ({ ...toJobInLine(offer), enteredAt })),
    running: [...running.values()].map(({ offer, startedAt }) => ({
      ...toJobInLine(offer),
      startedAt,
    })),
    node: {
      id: name,
      workers,
      freeWorkers: workers - running.size,
      memoryBytes: 8e9,
      cores: 4,
      timeZone: "UTC",
    },
    usage,
    now: now(),
  });

  const reasons = new Map<number, string>();

  const act = (): void => {
    const seen = situation();
    if (seen.waiting.length === 0) return;
    const { start, waiting } = regulator.decide(seen);
    reasons.clear();
    for (const { id, reason } of waiting) reasons.set(Number(id.slice(1)), reason);
    for (const id of start) {
      const entry = line.get(Number(id.slice(1)));
      if (entry !== undefined) begin(entry);
    }
    for (const job of line.keys()) {
      if (!running.has(job) && (reasons.get(job) ?? "") === "") context.onSilentWait(job);
    }
  };

  const begin = (entry: Waiting): void => {
    const { offer } = entry;
    const { job } = offer;
    line.delete(job);
    const attempt: Attempt = {
      offer,
      startedAt: now(),
      isClaimed: false,
      isOver: false,
      ordinal: 1,
    };
    running.set(job, attempt);
    const claim: JobPatch = { ...speaker(attempt), callback: 1, status: "in_progress" };
    callBack(job, claim, (reply) => {
      if (reply?.kind === "accepted") return run(attempt, reply.cancel);
      end(attempt);
      // Nobody answered: back to its place. The claim may have been heard all the same, and is then said again.
      if (reply === null && !line.has(job)) after(1000, () => returnToLine(entry));
    });
  };

  const returnToLine = (entry: Waiting): void => {
    const there = line.get(entry.offer.job);
    if (there === undefined || there.offer.attempt < entry.offer.attempt) {
      line.set(entry.offer.job, entry);
    }
    plan();
  };

  const speaker = ({ offer }: Pick<Attempt, "offer">) => ({
    digester: name,
    attempt: offer.attempt,
  });

  /** Its worker is free again. */
  const end = (attempt: Attempt): void => {
    attempt.isOver = true;
    if (running.get(attempt.offer.job) === attempt) running.delete(attempt.offer.job);
    plan();
  };

  const heed = (attempt: Attempt, reply: PatchReply | null): void => {
    if (attempt.isOver || reply === null) return;
    if (reply.kind === "stale") drop(attempt);
    else if (reply.cancel) abort(attempt);
  };

  const run = (attempt: Attempt, cancel: boolean): void => {
    const { job, attempt: number } = attempt.offer;
    attempt.isClaimed = true;
    context.onStart(job);
    const staging = disk.open(job, number);
    if (staging === null) return end(attempt);
    journal.add({ offer: attempt.offer, staging, completion: null });
    if (cancel) return abort(attempt);
    renew(attempt);
    after(planOf(job).runMs, () => askToPublish(attempt, (attempt.ordinal += 1)));
  };

  const renew = (attempt: Attempt): void => {
    after(renewMs, () => {
      if (attempt.isOver) return;
      callBack(attempt.offer.job, { ...speaker(attempt), progress: 0.5 }, (reply) =>
        heed(attempt, reply),
      );
      renew(attempt);
    });
  };

  /** As often as it takes, with the same ordinal. */
  const askToPublish = (attempt: Attempt, callback: number): void => {
    if (attempt.isOver) return;
    // Callbacks of one job are delivered in order.
    if (outbox.some(({ job }) => job === attempt.offer.job)) {
      return after(500, () => askToPublish(attempt, callback));
    }
    callBack(attempt.offer.job, { ...speaker(attempt), callback, publish: true }, (reply) => {
      heed(attempt, reply);
      if (attempt.isOver) return;
      if (reply === null) return after(500, () => askToPublish(attempt, callback));
      const kept = journaled(attempt);
      if (kept === null) return end(attempt);
      kept.completion = { ...speaker(attempt), callback: callback + 1, status: "completed" };
      publish(attempt, kept);
    });
  };

  const publish = (attempt: Attempt, kept: Journaled): void => {
    after(renameMs, () => {
      if (attempt.isOver) return;
      const step = disk.publishStep(kept.staging);
      if (step === "more") return publish(attempt, kept);
      const completion = kept.completion ?? { ...speaker(attempt), status: "completed" };
      const failed = { ...completion, status: "failed" } as const;
      settle(attempt, step === "done" ? completion : failed);
    });
  };

  /** The outcome is on disk before it is sent. */
  const settle = (attempt: Attempt, patch: JobPatch): void => {
    const { job } = attempt.offer;
    outbox.push({ job, patch });
    clear(attempt);
    usage.push({
      submittedBy: attempt.offer.submittedBy,
      at: now(),
      bytes: planOf(job).bytes,
      jobs: 1,
    });
    end(attempt);
    deliver();
  };

  const abort = (attempt: Attempt): void => {
    const callback = (attempt.ordinal += 1);
    // What is publishing already goes on.
    if (journaled(attempt)?.completion !== null) return;
    settle(attempt, { ...speaker(attempt), callback, status: "aborted" });
  };

  const drop = (attempt: Attempt): void => {
    clear(attempt);
    end(attempt);
  };

  const journaled = ({ offer }: Attempt): Journaled | null =>
    [...journal].find((one) => one.offer === offer) ?? null;

  const clear = (attempt: Attempt): void => {
    const kept = journaled(attempt);
    if (kept === null) return;
    disk.remove(kept.staging);
    journal.delete(kept);
  };

  const deliver = (): void => {
    const [first] = outbox;
    if (first === undefined || isDelivering) return;
    isDelivering = true;
    callBack(first.job, first.patch, (reply) => {
      isDelivering = false;
      if (reply === null) return after(500, deliver);
      outbox.splice(outbox.indexOf(first), 1);
      deliver();
    });
  };

  /** What an earlier life left; again until its caller has answered. */
  const recover = (kept: Journaled): void => {
    const { offer, staging, completion } = kept;
    if (completion === null) return forget(kept);
    callBack(offer.job, { digester: name, attempt: offer.attempt, publish: true }, (reply) => {
      if (reply === null) return after(5000, () => recover(kept));
      if (reply.kind === "stale") return forget(kept);
      finish(kept, staging, completion);
    });
  };

  const finish = (kept: Journaled, staging: Staging, completion: JobPatch): void => {
    if (disk.exists(staging) && disk.publishStep(staging) === "more") {
      return after(renameMs, () => finish(kept, staging, completion));
    }
    outbox.push({ job: kept.offer.job, patch: completion });
    forget(kept);
    deliver();
  };

  const forget = (kept: Journaled): void => {
    disk.remove(kept.staging);
    journal.delete(kept);
  };

  const attach = (): void => {
    const life = boot;
    world.ask(
      process,
      web.process,
      () => web.attach(model, life),
      (answer) => {
        if (answer === null) return after(1000, attach);
        askForJobs();
      },
    );
  };

  const askForJobs = (): void => {
    world.ask(
      process,
      web.process,
      () => web.unsettled(name),
      (offers) => {
        if (offers === null) return after(1000, askForJobs);
        for (const offer of offers) model.accept(offer);
      },
    );
  };

  const model: DigesterModel = {
    name,
    workers,
    process,
    accept(offer) {
      const runs = running.get(offer.job);
      if (runs !== undefined && runs.offer.attempt >= offer.attempt) return true;
      // Its caller would not have it run anew if it did not count the running attempt as lost.
      if (runs?.isClaimed === true) drop(runs);
      const there = line.get(offer.job);
      if (there === undefined || there.offer.attempt <= offer.attempt) {
        line.set(offer.job, { offer, enteredAt: there?.enteredAt ?? now() });
      }
      plan();
      return true;
    },
    withdraw(job) {
      line.delete(job);
      const attempt = running.get(job);
      if (attempt?.isClaimed === true) abort(attempt);
      return true;
    },
    status: () => ({
      boot,
      draining: false,
      waiting: [
        ...line.keys(),
        ...[...running.values()].filter((one) => !one.isClaimed).map(({ offer }) => offer.job),
      ].map((job, place) => ({
        job,
        key: `job-${job}`,
        position: place + 1,
        reason: reasons.get(job) ?? "Has just arrived; its turn is being worked out.",
        after: null,
      })),
      running: [...running.values()]
        .filter(({ isClaimed }) => isClaimed)
        .map(({ offer, startedAt }) => ({
          job: offer.job,
          key: `job-${offer.job}`,
          attempt: offer.attempt,
          step: "submitted",
          progress: 0.5,
          startedAt: new Date(startedAt).toISOString(),
        })),
    }),
    start() {
      boot += 1;
      line.clear();
      running.clear();
      reasons.clear();
      isPlanned = false;
      isDelivering = false;
      for (const kept of journal) recover(kept);
      deliver();
      // As long as it waits for what is to be told first.
      after(200, attach);
    },
  };
  return model;
}
