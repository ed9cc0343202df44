import type { Logger } from "pino";
import type { Dispatch, RunningJob } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import type { RegulatorChoice, RegulatorPreview, WaitingJob } from "../contract/regulator.ts";
import type { Attempt, AttemptEnd, StopReason } from "./attempt.ts";
import { createCallerWatch } from "./caller-watch.ts";
import type { DigestHistory } from "./digest-history.ts";
import type { Intake } from "./intake.ts";
import { createLine, lineId, type LineEntry } from "./line.ts";
import { viewLine } from "./line-view.ts";
import { foresee } from "./regulators/foresee.ts";
import { chooseRegulator, type ChosenRegulator } from "./regulators/index.ts";
import type { ActiveJob, Decision, JobInLine, Node, Situation } from "./regulators/regulator.ts";
import { unknownMeasure, type MeasureSource, type SourceMeasure } from "./source-measure.ts";
import { tooLongFor } from "./time-left.ts";

/** The node's line and what runs from it: takes jobs, asks the regulator, starts attempts. */
export interface Scheduler {
  /**
   * Takes a job into the line. The same attempt twice is one job.
   *
   * @throws AppError `draining`, `full` or `stale_attempt`.
   */
  readonly accept: (dispatch: Dispatch) => Promise<void>;
  /**
   * Takes the unsettled jobs of a caller as far as there is room. Those of it that waited here when it was asked (`askedAt`,
   * in milliseconds since 1970) and are not among them have settled meanwhile, and go.
   */
  readonly adopt: (callerUrl: string, dispatches: readonly Dispatch[], askedAt: number) => void;
  /** Drops a waiting job, cancels a running one. `callbackUrl` tells callers apart whose numbers are the same. */
  readonly withdraw: (job: number, callbackUrl: string | null) => "waiting" | "running" | "unknown";
  readonly regulator: () => RegulatorChoice;
  readonly swap: (regulator: ChosenRegulator) => void;
  readonly preview: (regulator: ChosenRegulator) => RegulatorPreview;
  /** A draining node takes and starts nothing; what runs goes on. */
  readonly drain: (on: boolean) => void;
  /** A paused node takes jobs into its line and starts none of them; what runs goes on. */
  readonly pause: (on: boolean) => void;
  /** @param caller shows the jobs of this callback address only; null: all. */
  readonly view: (caller: string | null) => {
    running: RunningJob[];
    waiting: WaitingJob[];
    draining: boolean;
    paused: boolean;
  };
  /** A caller was heard from: its jobs need not wait for the next try. */
  readonly callerAnswers: (url: string) => void;
  /** Stops all attempts and resolves when they have ended. */
  readonly close: (why: Extract<StopReason, { kind: "closing" }>) => Promise<void>;
}

export interface SchedulerOptions {
  readonly digester: string;
  readonly workers: number;
  readonly lineLimit: number;
  readonly regulator: RegulatorChoice;
  /** What regulators may reckon with. */
  readonly machine: Pick<Node, "memoryBytes" | "cores" | "timeZone">;
  readonly history: Pick<DigestHistory, "usage" | "durationOf" | "add">;
  readonly measure: MeasureSource;
  /** When this node must have handed back everything, in milliseconds since 1970. @default never */
  readonly endsAt?: number;
  readonly intake: Pick<Intake, "keep" | "forget">;
  /** Whether the caller keeps the record itself, so that its waiting jobs can be asked for again. */
  readonly keepsRecord: (callbackUrl: string) => boolean;
  readonly start: (dispatch: Dispatch, measure: SourceMeasure) => Attempt;
  readonly now: () => number;
  readonly log: Logger;
  readonly onChange: () => void;
}

interface Running {
  readonly entry: LineEntry;
  readonly attempt: Attempt;
  /** Its worker is free again: it asks, moves files and tells. */
  digested: boolean;
}

/** Attempts that have digested and are yet to end: beyond these a worker waits, since something is in their way. */
const MOST_ENDING = 32;
/** A time window is looked at again at least so often, since clocks are set and machines sleep. */
const LOOK_AGAIN_MS = 60_000;
/** A preview looks ahead so many starts. */
const FORESEEN = 300;
/** What a job is taken to run for before any has ended here; it decides nothing but how far ahead the clock is put. */
const NOMINAL_MS = 60_000;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { digester, workers, history, intake, keepsRecord, now, log, onChange } = options;
  const line = createLine(options.lineLimit);
  const running = new Map<string, Running>();
  let regulator = chooseRegulator(options.regulator);
  let draining = false;
  let paused = false;
  let closing = false;
  /** Null: nothing can start now, so it is worked out when somebody asks. */
  let decision: Decision | null = null;
  let planned: NodeJS.Immediate | null = null;
  let later: NodeJS.Timeout | undefined;

  /** Decides soon: a thousand jobs that come at once are one decision. */
  const plan = (): void => {
    onChange();
    planned ??= setImmediate(() => {
      planned = null;
      act();
    });
  };
  const callers = createCallerWatch(plan);

  /** Why it would not be finished before the node ends; null: it would. */
  const tooLong = ({ sourceBytes }: SourceMeasure): string | null => {
    if (options.endsAt === undefined) return null;
    return tooLongFor(options.endsAt - now(), sourceBytes, history.durationOf(sourceBytes));
  };

  const mayStart = (entry: LineEntry): boolean =>
    entry.measure !== null &&
    tooLong(entry.measure) === null &&
    !running.has(entry.id) &&
    callers.problem(entry.dispatch.callback.url) === null;

  const digesting = (): Running[] => [...running.values()].filter((one) => !one.digested);
  const freeWorkers = (): number => {
    const busy = digesting().length;
    return running.size - busy >= MOST_ENDING ? 0 : workers - busy;
  };

  const situation = (isPaused = paused): Situation => ({
    waiting:
      draining || closing || isPaused
        ? []
        : line.list().flatMap((one) => (mayStart(one) ? one.queued : [])),
    running: digesting().map(({ entry, attempt }) => ({
      ...entry.queued,
      startedAt: attempt.view()?.startedAt ?? now(),
    })),
    node: { id: digester, workers, freeWorkers: freeWorkers(), ...options.machine },
    usage: history.usage(),
    now: now(),
  });

  /** What it cannot finish any more is for others: who keeps the record finds another place for it. */
  const giveUpWhatTakesTooLong = (): void => {
    if (options.endsAt === undefined) return;
    for (const { id, dispatch, measure: seen } of line.list()) {
      if (seen === null || running.has(id) || !keepsRecord(dispatch.callback.url)) continue;
      if (tooLong(seen) !== null) line.remove(id);
    }
  };

  const act = (): void => {
    clearTimeout(later);
    decision = null;
    giveUpWhatTakesTooLong();
    onChange();
    if (freeWorkers() <= 0) return;
    decision = regulator.decide(situation());
    for (const id of decision.start) {
      const entry = line.remove(id);
      if (entry !== null) begin(entry);
    }
    const { until } = decision;
    if (until !== null && !closing) {
      later = setTimeout(plan, Math.max(0, Math.min(until - now(), LOOK_AGAIN_MS)));
    }
  };

  const begin = (entry: LineEntry): void => {
    const attempt = options.start(entry.dispatch, entry.measure ?? unknownMeasure);
    const one: Running = { entry, attempt, digested: false };
    running.set(entry.id, one);
    void see(one);
  };

  const see = async (one: Running): Promise<void> => {
    const { entry, attempt } = one;
    await attempt.digested;
    one.digested = true;
    const isKnown = remember(attempt);
    plan();
    const end = await attempt.ended;
    running.delete(entry.id);
    if (!isKnown) remember(attempt);
    afterEnd(entry, end);
    plan();
  };

  /** Also what came to nothing has kept a worker busy for somebody. False for one that has not claimed its job (yet). */
  const remember = (attempt: Attempt): boolean => {
    const startedAt = attempt.view()?.startedAt;
    if (startedAt === undefined) return false;
    const { submittedBy } = attempt.dispatch;
    const at = now();
    history.add({ submittedBy, bytes: attempt.bytesRead(), ms: Math.max(0, at - startedAt), at });
    return true;
  };

  const afterEnd = (entry: LineEntry, end: AttemptEnd): void => {
    const { url } = entry.dispatch.callback;
    if (end.kind !== "unclaimed") return callers.answered(url);
    callers.failed(url, end.why);
    if (!closing) line.putBack(entry);
  };

  const waitingView = (
    decided: Decision,
    waiting: readonly LineEntry[],
    caller: string | null,
    expected: ReadonlyMap<string, number> = new Map(),
  ) => {
    const active = [...running.values()].filter(({ entry }) => isOf(caller, entry.dispatch));
    return viewLine({
      claiming: active.filter((one) => !hasBegun(one)).map(({ entry }) => entry),
      running: active.filter(hasBegun).map(({ entry }) => entry),
      waiting: waiting.filter(({ dispatch }) => isOf(caller, dispatch)),
      decision: decided,
      otherReason: reasonToStay,
      expected,
    });
  };

  /** Why a job is not for the regulator to decide about. */
  const reasonToStay = ({ id, dispatch, measure }: LineEntry): string => {
    if (closing) return `${digester} is shutting down.`;
    if (draining) return `${digester} is draining: it starts no job until that is taken back.`;
    if (paused) return `${digester} is paused: it starts no job until it is resumed.`;
    const problem = callers.problem(dispatch.callback.url);
    if (problem !== null) return problem;
    if (running.has(id)) return "Waits until its earlier attempt on this node has stopped.";
    if (measure === null) return "Has just arrived; its source is being looked at.";
    const long = tooLong(measure);
    if (long !== null) return long;
    return "Has just arrived; its turn is being worked out.";
  };

  /** @returns whether there is anything left to do for it. */
  const meetsRunning = ({ attempt, job, callback }: Dispatch): boolean => {
    const there = running.get(lineId({ job, callback }))?.attempt;
    if (there === undefined) return true;
    if (there.dispatch.attempt > attempt) {
      throw new AppError(
        "stale_attempt",
        `Attempt ${there.dispatch.attempt} of job ${job} runs here, which is newer than ${attempt}.`,
      );
    }
    if (there.dispatch.attempt === attempt) return false;
    // Its caller would not have it run anew if it did not count the running attempt as lost.
    there.stop({ kind: "stale" });
    return true;
  };

  const measure = async (id: string, { instruction }: Dispatch): Promise<void> => {
    measured(id, await options.measure(instruction));
  };

  const measured = (id: string, seen: SourceMeasure): void => {
    line.measured(id, seen);
    plan();
  };

  /** @param seen what was seen of its sources, where they were looked at already. */
  const add = (dispatch: Dispatch, seen: SourceMeasure | null = null): void => {
    const { id } = line.add(dispatch, now());
    if (seen === null) void measure(id, dispatch);
    else measured(id, seen);
    onChange();
  };

  /** When what runs ends, by its progress or, before there is any, by its size. */
  const endOf = (job: ActiveJob): number => {
    const progress = running.get(job.id)?.attempt.view()?.progress ?? 0;
    const ran = now() - job.startedAt;
    const whole = progress > 0.02 ? ran / progress : durationOf(job);
    return job.startedAt + whole;
  };
  const durationOf = (job: JobInLine): number => history.durationOf(job.sourceBytes) ?? NOMINAL_MS;

  return {
    accept: async (dispatch) => {
      if (draining || closing) {
        throw new AppError("draining", `${digester} is draining: it takes no more jobs.`);
      }
      if (!meetsRunning(dispatch)) return;
      line.check(dispatch);
      const seen =
        options.endsAt === undefined ? null : await options.measure(dispatch.instruction);
      const long = seen === null ? null : tooLong(seen);
      if (long !== null) throw new AppError("conflict", long);
      if (!keepsRecord(dispatch.callback.url)) await intake.keep(dispatch);
      add(dispatch, seen);
    },
    adopt: (callerUrl, dispatches, askedAt) => {
      if (draining || closing) return;
      const wanted = new Set(dispatches.map((dispatch) => lineId(dispatch)));
      for (const { id, dispatch, enteredAt } of line.list()) {
        const isOld = dispatch.callback.url === callerUrl && enteredAt < askedAt;
        if (isOld && !wanted.has(id)) line.remove(id);
      }
      for (const dispatch of dispatches) {
        // What runs here goes on: whether it still speaks for the job is answered to its next callback.
        if (running.has(lineId(dispatch))) continue;
        try {
          add(dispatch);
        } catch (thrown) {
          log.debug({ job: dispatch.job, why: coerceError(thrown).message }, "Not taken");
        }
      }
      plan();
    },
    withdraw: (job, callbackUrl) => {
      const isMeant = ({ dispatch }: LineEntry): boolean =>
        dispatch.job === job && (callbackUrl === null || dispatch.callback.url === callbackUrl);
      const waiting = line.list().filter(isMeant);
      const active = [...running.values()].filter(({ entry }) => isMeant(entry));
      const callersMeant = new Set(
        [...waiting, ...active.map(({ entry }) => entry)].map((e) => e.dispatch.callback.url),
      );
      if (callersMeant.size > 1) {
        throw new AppError("conflict", `Several callers have a job ${job} here.`, {
          hint: `Name the one that is meant: ?callback=${[...callersMeant].join(" or ?callback=")}`,
        });
      }
      for (const { id, dispatch } of waiting) {
        line.remove(id);
        void intake.forget(dispatch).catch((thrown: unknown) => {
          log.error({ err: coerceError(thrown) }, "A withdrawn job could not be forgotten");
        });
      }
      for (const { attempt } of active) attempt.stop({ kind: "cancelled" });
      plan();
      return active.length > 0 ? "running" : waiting.length > 0 ? "waiting" : "unknown";
    },
    regulator: () => regulator.choice,
    swap: (chosen) => {
      regulator = chosen;
      // At once, so that whoever asks next sees the new order.
      act();
    },
    preview: (chosen) => {
      // What would be once it is resumed: a pause is a good time to swap.
      const seen = situation(false);
      const decided = chosen.decide(seen);
      const { decide } = chosen;
      const starts = foresee({ decide, situation: seen, durationOf, endOf, limit: FORESEEN });
      const starting = new Set(decided.start);
      const places = new Map(starts.map(({ id }, place) => [id, place]));
      const placeOf = ({ id }: { id: string }): number => places.get(id) ?? FORESEEN;
      const waiting = decided.waiting.toSorted((a, b) => placeOf(a) - placeOf(b));
      // Before any job has ended here nothing is known of how long they take.
      const isTold = history.durationOf(null) !== null;
      return {
        regulator: chosen.choice,
        start: decided.start.flatMap((id) => line.get(id)?.dispatch.job ?? []),
        waiting: waitingView(
          { ...decided, waiting },
          line.list().filter(({ id }) => !starting.has(id)),
          null,
          new Map(isTold ? starts.map(({ id, at }) => [id, at]) : []),
        ),
      };
    },
    drain: (on) => {
      draining = on;
      if (on) {
        // Whoever keeps the record finds another place for them; the others wait here.
        for (const { id, dispatch } of line.list()) {
          if (keepsRecord(dispatch.callback.url)) line.remove(id);
        }
      }
      act();
    },
    pause: (on) => {
      paused = on;
      act();
    },
    view: (caller) => ({
      running: [...running.values()].flatMap(({ attempt }) => {
        const view = attempt.view();
        if (view === null || !isOf(caller, attempt.dispatch)) return [];
        const { job, key, attempt: number } = attempt.dispatch;
        const startedAt = new Date(view.startedAt).toISOString();
        return [{ ...view, job, key, attempt: number, startedAt }];
      }),
      waiting: waitingView((decision ??= regulator.decide(situation())), line.list(), caller),
      draining,
      paused,
    }),
    callerAnswers: (url) => callers.answered(url),
    close: async (why) => {
      closing = true;
      clearTimeout(later);
      callers.close();
      for (const { attempt } of running.values()) attempt.stop(why);
      await Promise.all([...running.values()].map(({ attempt }) => attempt.ended));
      if (planned !== null) clearImmediate(planned);
    },
  };
}

function hasBegun({ attempt }: Running): boolean {
  return attempt.view() !== null;
}

function isOf(caller: string | null, { callback }: Dispatch): boolean {
  return caller === null || callback.url === caller;
}
