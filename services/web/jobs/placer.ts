import { setTimeout as sleep } from "node:timers/promises";
import type { Dispatch } from "../../contract/digester.ts";
import { coerceError } from "../../contract/errors.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { cropForDigester, type Crop } from "../crop.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { DispatchOutcome } from "./digester-client.ts";
import type { DigesterDirectory } from "./digester-directory.ts";
import { pathsOf } from "./instruction-paths.ts";
import { place } from "./job-model.ts";
import { nextAttemptOf, type JobRecord } from "./job-record.ts";
import { isDue, retryReason } from "./retries.ts";
import {
  choose,
  fits,
  loadsOf,
  movesFrom,
  whyNone,
  type Load,
  type Move,
  type Needs,
} from "./placement.ts";

/** Gives waiting jobs to digesters, and every job that must wait a reason. */
export interface Placer {
  /** Something has changed: look again. Several calls within a moment are one. */
  kick(): void;
  /** A job that stands in a line has changed: tell its digester again. */
  retell(job: number): void;
  stop(): Promise<void>;
}

export interface PlacerDeps {
  readonly store: Store;
  readonly directory: Pick<
    DigesterDirectory,
    "candidates" | "client" | "callbackOf" | "removalsOf"
  >;
  readonly log: Log;
  readonly now: () => number;
  /** Which jobs are to be executed. */
  readonly isUnsettled: (job: JobRecord) => boolean;
  readonly crops: readonly Crop[];
  /** A volatile field of a job has changed. */
  readonly onTouch: (job: JobRecord) => void;
  /** Between two looks. */
  readonly pauseMs?: number;
}

/** One request takes no more jobs than these, and no job more once its instructions have so many characters. */
const mostAtOnce = 100;
const mostCharacters = 1_000_000;
const passOverMs = 2000;
/** Another service on the same record leaves a job alone for so long: longer than a digester may take to answer. */
const reservedMs = 15_000;
/** How old the time may be that a job which waits for its next try is said to have before it. */
const retellMs = 5000;

export function createPlacer(deps: PlacerDeps): Placer {
  const { store, directory, log, now, onTouch, pauseMs = 50 } = deps;
  const abort = new AbortController();
  const paths = new Map<number, readonly string[]>();
  /** What digesters said that would not have a job: they are not asked again about this attempt. */
  const refusals = new Map<string, Map<string, string>>();
  /** Digesters that said "full" or did not answer, with the revision of the status that did not know it yet. */
  const passedOver = new Map<string, number>();
  const toRetell = new Set<number>();
  let wanted = false;
  let working: Promise<void> | null = null;
  let nextLook: NodeJS.Timeout | undefined;

  function kick(): void {
    wanted = true;
    if (working === null && !abort.signal.aborted) working = work();
  }

  async function work(): Promise<void> {
    while (wanted && !abort.signal.aborted) {
      wanted = false;
      try {
        await pass();
      } catch (thrown) {
        log.error({ err: coerceError(thrown) }, "placing jobs");
      }
      await sleep(pauseMs, undefined, { signal: abort.signal }).catch(() => undefined);
    }
    working = null;
  }

  async function pass(): Promise<void> {
    const unsettled = await store.unsettled();
    const waiting = unsettled.filter(
      (job) => job.status === "submitted" && !job.held && job.hasInstruction,
    );
    forgetAllBut(waiting);
    const [resting, ready] = partition(waiting);
    lookAgainFor(resting);
    const loads = loadsOf(candidates(), unsettled);
    const isPlaced = (job: JobRecord): boolean => job.digester !== null && loads.has(job.digester);
    const homeless = ready.filter((job) => !isPlaced(job));
    const placed = ready.filter(isPlaced);
    const moves = [...(await assign(homeless, loads)), ...(await relieve(placed, loads))];
    for (const job of placed) {
      if (toRetell.delete(job.id) && job.digester !== null) {
        moves.push({ job, digester: job.digester });
      }
    }
    await dispatchAll(moves);
  }

  /** Those that wait for their next try, and those that do not. */
  function partition(waiting: readonly JobRecord[]): [JobRecord[], JobRecord[]] {
    const at = now();
    return [waiting.filter((job) => !isDue(job, at)), waiting.filter((job) => isDue(job, at))];
  }

  /** Tells them how long it is, and looks again when the first of them is due. */
  function lookAgainFor(resting: readonly JobRecord[]): void {
    clearTimeout(nextLook);
    const at = now();
    const waits = resting.flatMap((job) => {
      if (job.retry === null) return [];
      explain(job, retryReason(job.failures, job.retry, at));
      return [job.retry.at - at];
    });
    if (waits.length === 0 || abort.signal.aborted) return;
    nextLook = setTimeout(kick, Math.min(retellMs, Math.max(0, Math.min(...waits))));
  }

  function candidates() {
    return directory.candidates().map((candidate) => {
      if (passedOver.get(candidate.id) !== candidate.revision) {
        passedOver.delete(candidate.id);
        return candidate;
      }
      return { ...candidate, lineLimit: 0 };
    });
  }

  /** Chooses a place for each job, the most urgent first, and tells the others why there is none. */
  async function assign(jobs: readonly JobRecord[], loads: Map<string, Load>): Promise<Move[]> {
    const moves: Move[] = [];
    const order = jobs.toSorted(
      (a, b) =>
        (b.front ?? -Infinity) - (a.front ?? -Infinity) || b.priority - a.priority || a.id - b.id,
    );
    for (const job of order) {
      if (!deps.isUnsettled(job)) {
        explain(job, "This service is configured not to take it up by itself.");
        continue;
      }
      const blocked = whyNone([...loads.values()]);
      const choice =
        blocked === null
          ? choose(await needsOf(job), loads.values(), refusals.get(attemptOf(job)))
          : { digester: null, reason: blocked };
      if (choice.digester === null) {
        explain(job, choice.reason);
        continue;
      }
      moves.push({ job, digester: choice.digester });
      const load = loads.get(choice.digester);
      if (load !== undefined) load.waiting++;
    }
    return moves;
  }

  async function relieve(placed: readonly JobRecord[], loads: Map<string, Load>): Promise<Move[]> {
    if (loads.size < 2) return [];
    for (const job of placed) await pathsOfJob(job);
    return movesFrom(placed, loads, (job, candidate) => {
      const needs = { paths: paths.get(job.id) ?? [], labels: job.labels };
      return fits(candidate, needs) && refusals.get(attemptOf(job))?.has(candidate.id) !== true;
    });
  }

  function explain(job: JobRecord, reason: string): void {
    if (job.reason === reason) return;
    store.touch(job.id, { reason }, { status: "submitted", held: false });
    onTouch({ ...job, reason });
  }

  async function needsOf(job: JobRecord): Promise<Needs> {
    return { paths: await pathsOfJob(job), labels: job.labels };
  }

  async function pathsOfJob(job: JobRecord): Promise<readonly string[]> {
    const known = paths.get(job.id);
    if (known !== undefined) return known;
    const found = pathsOf(await store.instruction(job.id)).map(({ path }) => path);
    paths.set(job.id, found);
    return found;
  }

  /** Every digester by itself: one that does not answer keeps no other waiting. */
  async function dispatchAll(planned: readonly Move[]): Promise<void> {
    if (planned.length === 0) return;
    const ids = planned.map(({ job }) => job.id);
    const ours = new Set(await store.reserve(ids, reservedMs));
    const moves = planned.filter(({ job }) => ours.has(job.id));
    const digesters = [...new Set(moves.map(({ digester }) => digester))];
    await Promise.all(
      digesters.map(async (digester) => {
        await directory.removalsOf(digester);
        const jobs = moves.filter((move) => move.digester === digester).map(({ job }) => job);
        while (jobs.length > 0 && !abort.signal.aborted) {
          if (passedOver.has(digester)) return kick();
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
    kick();
  }

  /** Until its status is a newer one, or for a moment if nothing changes there. */
  function passOver(digester: string): void {
    const candidate = directory.candidates().find(({ id }) => id === digester);
    if (candidate === undefined) return;
    passedOver.set(digester, candidate.revision);
    const timer = setTimeout(() => {
      passedOver.delete(digester);
      kick();
    }, passOverMs);
    timer.unref();
  }

  function toDispatch(job: JobRecord, instruction: StoredInstruction, digester: string): Dispatch {
    return {
      ...nextAttemptOf(job),
      ...cropForDigester(deps.crops, job.crop),
      instruction,
      callback: directory.callbackOf(digester),
    };
  }

  function forgetAllBut(waiting: readonly JobRecord[]): void {
    const ids = new Set(waiting.map((job) => job.id));
    for (const id of paths.keys()) if (!ids.has(id)) paths.delete(id);
    if (refusals.size === 0) return;
    const attempts = new Set(waiting.map(attemptOf));
    for (const attempt of refusals.keys()) if (!attempts.has(attempt)) refusals.delete(attempt);
  }

  return {
    kick,
    retell(job) {
      toRetell.add(job);
      kick();
    },
    async stop() {
      abort.abort();
      clearTimeout(nextLook);
      await working;
    },
  };
}

const attemptOf = (job: JobRecord): string => `${job.id}/${job.attempt}`;

const isWaiting = (job: JobRecord): boolean => job.status === "submitted" && !job.held;
