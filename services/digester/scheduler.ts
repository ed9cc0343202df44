import type { Logger } from "pino";
import type { Dispatch, RunningJob } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import type { RegulatorChoice, RegulatorPreview, WaitingJob } from "../contract/regulator.ts";
import type { Attempt, AttemptEnd, StopReason } from "./attempt.ts";
import { createCallerWatch } from "./caller-watch.ts";
import type { Intake } from "./intake.ts";
import { createLine, lineId, type LineEntry } from "./line.ts";
import { viewLine } from "./line-view.ts";
import { chooseRegulator, type ChosenRegulator } from "./regulators/index.ts";
import type { Decision, JobInLine, QueuedJob } from "./regulators/regulator.ts";

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
  /** @param caller shows the jobs of this callback address only; null: all. */
  readonly view: (caller: string | null) => {
    running: RunningJob[];
    waiting: WaitingJob[];
    draining: boolean;
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
  readonly intake: Pick<Intake, "keep" | "forget">;
  /** Whether the caller keeps the record itself, so that its waiting jobs can be asked for again. */
  readonly keepsRecord: (callbackUrl: string) => boolean;
  readonly start: (dispatch: Dispatch) => Attempt;
  readonly now: () => number;
  readonly log: Logger;
  readonly onChange: () => void;
}

interface Running {
  readonly entry: LineEntry;
  readonly attempt: Attempt;
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { digester, workers, intake, keepsRecord, now, log, onChange } = options;
  const line = createLine(options.lineLimit);
  const running = new Map<string, Running>();
  let regulator = chooseRegulator(options.regulator);
  let draining = false;
  let closing = false;
  let decision: Decision = { start: [], waiting: [] };
  let planned: NodeJS.Immediate | null = null;

  /** Decides soon: a thousand jobs that come at once are one decision. */
  const plan = (): void => {
    onChange();
    planned ??= setImmediate(() => {
      planned = null;
      act();
    });
  };
  const callers = createCallerWatch(plan);

  const mayStart = (entry: LineEntry): boolean =>
    !draining &&
    !closing &&
    !running.has(entry.id) &&
    callers.problem(entry.dispatch.callback.url) === null;

  const decide = (by: ChosenRegulator): Decision =>
    by.decide({
      waiting: line.list().filter(mayStart).map(toQueued),
      running: [...running.values()].map(({ entry, attempt }) => ({
        ...toJobInLine(entry),
        startedAt: attempt.view()?.startedAt ?? now(),
      })),
      node: { id: digester, workers, freeWorkers: workers - running.size },
      now: now(),
    });

  const act = (): void => {
    decision = decide(regulator);
    for (const id of decision.start) {
      const entry = line.remove(id);
      if (entry !== null) begin(entry);
    }
    onChange();
  };

  const begin = (entry: LineEntry): void => {
    const attempt = options.start(entry.dispatch);
    running.set(entry.id, { entry, attempt });
    void see(entry, attempt);
  };

  const see = async (entry: LineEntry, attempt: Attempt): Promise<void> => {
    const end = await attempt.ended;
    running.delete(entry.id);
    afterEnd(entry, end);
    plan();
  };

  const afterEnd = (entry: LineEntry, end: AttemptEnd): void => {
    const { url } = entry.dispatch.callback;
    if (end.kind !== "unclaimed") return callers.answered(url);
    callers.failed(url, end.why);
    if (!closing) line.putBack(entry);
  };

  const waitingView = (decided: Decision, waiting: readonly LineEntry[], caller: string | null) => {
    const active = [...running.values()].filter(({ entry }) => isOf(caller, entry.dispatch));
    return viewLine({
      claiming: active.filter((one) => !hasBegun(one)).map(({ entry }) => entry),
      running: active.filter(hasBegun).map(({ entry }) => entry),
      waiting: waiting.filter(({ dispatch }) => isOf(caller, dispatch)),
      decision: decided,
      otherReason: reasonToStay,
    });
  };

  /** Why a job is not for the regulator to decide about. */
  const reasonToStay = ({ id, dispatch }: LineEntry): string => {
    if (closing) return `${digester} is shutting down.`;
    if (draining) return `${digester} is draining: it starts no job until that is taken back.`;
    const problem = callers.problem(dispatch.callback.url);
    if (problem !== null) return problem;
    if (running.has(id)) return "Waits until its earlier attempt on this node has stopped.";
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

  const add = (dispatch: Dispatch): void => {
    line.add(dispatch, now());
    plan();
  };

  return {
    accept: async (dispatch) => {
      if (draining || closing) {
        throw new AppError("draining", `${digester} is draining: it takes no more jobs.`);
      }
      if (!meetsRunning(dispatch)) return;
      line.check(dispatch);
      if (!keepsRecord(dispatch.callback.url)) await intake.keep(dispatch);
      add(dispatch);
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
      const decided = decide(chosen);
      const starting = new Set(decided.start);
      return {
        regulator: chosen.choice,
        start: line.list().flatMap(({ id, dispatch }) => (starting.has(id) ? [dispatch.job] : [])),
        waiting: waitingView(
          decided,
          line.list().filter(({ id }) => !starting.has(id)),
          null,
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
    view: (caller) => ({
      running: [...running.values()].flatMap(({ attempt }) => {
        const view = attempt.view();
        if (view === null || !isOf(caller, attempt.dispatch)) return [];
        const { job, key, attempt: number } = attempt.dispatch;
        const startedAt = new Date(view.startedAt).toISOString();
        return [{ job, key, attempt: number, step: view.step, progress: view.progress, startedAt }];
      }),
      waiting: waitingView(decision, line.list(), caller),
      draining,
    }),
    callerAnswers: (url) => callers.answered(url),
    close: async (why) => {
      closing = true;
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

function toJobInLine({ id, dispatch, enteredAt }: LineEntry): JobInLine {
  const { job, key, priority, submittedBy, submittedAt } = dispatch;
  return {
    id,
    job,
    key,
    priority,
    submittedBy,
    submittedAt: submittedAt === undefined ? enteredAt : Date.parse(submittedAt),
  };
}

function toQueued(entry: LineEntry): QueuedJob {
  return { ...toJobInLine(entry), enteredAt: entry.enteredAt };
}
