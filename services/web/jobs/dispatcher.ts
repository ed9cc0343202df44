import type { Dispatch } from "../../contract/digester.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { cropForDigester, type Crop } from "../crop.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { DispatchOutcome } from "./digester-client.ts";
import type { DigesterDirectory } from "./digester-directory.ts";
import { place } from "./job-model.ts";
import { nextAttemptOf, type JobRecord } from "./job-record.ts";
import type { Candidate, Move } from "./placement.ts";

/** Brings jobs to the digesters that were chosen for them, and remembers which of these would not have them. */
export interface Dispatcher {
  /** Those that a job may come to. One that said "full" or did not answer has no room until something changes there. */
  candidates(): Candidate[];
  /** What digesters said, by their ids, that would not have the next attempt of a job. They are not asked again about it. */
  refusalsOf(job: JobRecord): ReadonlyMap<string, string> | undefined;
  /** Settles when every digester has answered, or was given up. It may be that not all could be brought there. */
  dispatch(planned: readonly Move[]): Promise<void>;
  forgetAllBut(waiting: readonly JobRecord[]): void;
}

export interface DispatcherDeps {
  readonly store: Store;
  readonly directory: Pick<
    DigesterDirectory,
    "candidates" | "client" | "callbackOf" | "removalsOf"
  >;
  readonly crops: readonly Crop[];
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends the dispatching between two requests. */
  readonly signal: AbortSignal;
  /** A job was not taken, or a digester may have room again: another place is to be chosen. */
  readonly lookAgain: () => void;
}

/** One request takes no more jobs than these, and no job more once its instructions have so many characters. */
const mostAtOnce = 100;
const mostCharacters = 1_000_000;
/** A digester that said "full" or did not answer is asked again after so long, though nothing is known to have changed. */
const passOverMs = 2000;
/** Another service on the same record leaves a job alone for so long: longer than a digester may take to answer. */
const reservedMs = 15_000;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { store, directory, crops, log, now, signal, lookAgain } = deps;
  /** What digesters said that would not have a job: they are not asked again about this attempt. */
  const refusals = new Map<string, Map<string, string>>();
  /** Digesters that said "full" or did not answer, with the revision of the status that did not know it yet. */
  const passedOver = new Map<string, number>();

  function candidates(): Candidate[] {
    return directory.candidates().map((candidate) => {
      if (passedOver.get(candidate.id) !== candidate.revision) {
        passedOver.delete(candidate.id);
        return candidate;
      }
      return { ...candidate, lineLimit: 0 };
    });
  }

  /** Every digester by itself: one that does not answer keeps no other waiting. */
  async function dispatch(planned: readonly Move[]): Promise<void> {
    if (planned.length === 0) return;
    const ids = planned.map(({ job }) => job.id);
    const ours = new Set(await store.reserve(ids, reservedMs));
    const moves = planned.filter(({ job }) => ours.has(job.id));
    const digesters = [...new Set(moves.map(({ digester }) => digester))];
    await Promise.all(
      digesters.map(async (digester) => {
        await directory.removalsOf(digester);
        const jobs = moves.filter((move) => move.digester === digester).map(({ job }) => job);
        while (jobs.length > 0 && !signal.aborted) {
          if (passedOver.has(digester)) return lookAgain();
          await dispatchSome(jobs, digester);
        }
      }),
    );
  }

  /** Takes from the front of `planned` what makes one request, and sends it. */
  async function dispatchSome(planned: JobRecord[], digester: string): Promise<void> {
    const jobs: JobRecord[] = [];
    const dispatches: Dispatch[] = [];
    let characters = 0;
    while (jobs.length < mostAtOnce && characters < mostCharacters) {
      const next = planned.shift();
      if (next === undefined) break;
      const job = await store.job(next.id);
      const instruction = await store.instruction(next.id);
      if (job === null || instruction === null) continue;
      const isUnmoved = job.attempt === next.attempt && job.digester === next.digester;
      if (!isWaiting(job) || !isUnmoved) continue;
      jobs.push(job);
      dispatches.push(toDispatch(job, instruction, digester));
      characters += JSON.stringify(instruction).length;
    }
    if (jobs.length === 0) return;
    const outcomes = await directory.client(digester).dispatch(dispatches);
    await Promise.all(
      jobs.map(async (job, at) => {
        const outcome = outcomes[at];
        if (outcome !== undefined) await keepOutcome(job, digester, outcome);
      }),
    );
  }

  async function keepOutcome(
    job: JobRecord,
    digester: string,
    outcome: DispatchOutcome,
  ): Promise<void> {
    const about = { job: job.id, attempt: job.attempt + 1, digester };
    if (outcome.kind === "taken") {
      log.debug(about, "job placed");
      await store.update(job.id, (current) =>
        isWaiting(current) && current.attempt === job.attempt
          ? place(current, digester, now())
          : { job: current, events: [] },
      );
      return;
    }
    log.warn({ ...about, outcome }, "job not taken");
    if (outcome.kind === "refused") {
      const said = refusals.get(attemptOf(job)) ?? new Map<string, string>();
      refusals.set(
        attemptOf(job),
        said.set(digester, `${digester} refuses it: ${outcome.message}`),
      );
    } else {
      passOver(digester);
    }
    lookAgain();
  }

  /** Until its status is a newer one, or for a moment if nothing changes there. */
  function passOver(digester: string): void {
    const candidate = directory.candidates().find(({ id }) => id === digester);
    if (candidate === undefined) return;
    passedOver.set(digester, candidate.revision);
    const timer = setTimeout(() => {
      passedOver.delete(digester);
      lookAgain();
    }, passOverMs);
    timer.unref();
  }

  function toDispatch(job: JobRecord, instruction: StoredInstruction, digester: string): Dispatch {
    return {
      ...nextAttemptOf(job),
      ...cropForDigester(crops, job.crop),
      instruction,
      callback: directory.callbackOf(digester),
    };
  }

  function forgetAllBut(waiting: readonly JobRecord[]): void {
    if (refusals.size === 0) return;
    const attempts = new Set(waiting.map(attemptOf));
    for (const attempt of refusals.keys()) if (!attempts.has(attempt)) refusals.delete(attempt);
  }

  return { candidates, refusalsOf: (job) => refusals.get(attemptOf(job)), dispatch, forgetAllBut };
}

const attemptOf = (job: JobRecord): string => `${job.id}/${job.attempt}`;

const isWaiting = (job: JobRecord): boolean => job.status === "submitted" && !job.held;
