import { setTimeout as sleep } from "node:timers/promises";
import { coerceError } from "../../contract/errors.ts";
import { createDispatcher, type DispatcherDeps } from "./dispatcher.ts";
import { pathsOf } from "./instruction-paths.ts";
import type { JobRecord } from "./job-record.ts";
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

export interface PlacerDeps extends Omit<DispatcherDeps, "signal" | "lookAgain"> {
  /** Which jobs are to be executed. */
  readonly isUnsettled: (job: JobRecord) => boolean;
  /** A volatile field of a job has changed. */
  readonly onTouch: (job: JobRecord) => void;
  /** Between two looks. */
  readonly pauseMs?: number;
}

/** How old the time may be that a job which waits for its next try is said to have before it. */
const retellMs = 5000;

export function createPlacer(deps: PlacerDeps): Placer {
  const { store, log, now, onTouch, pauseMs = 50 } = deps;
  const abort = new AbortController();
  const paths = new Map<number, readonly string[]>();
  const dispatcher = createDispatcher({ ...deps, signal: abort.signal, lookAgain: kick });
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
    const loads = loadsOf(dispatcher.candidates(), unsettled);
    const isPlaced = (job: JobRecord): boolean => job.digester !== null && loads.has(job.digester);
    const homeless = ready.filter((job) => !isPlaced(job));
    const placed = ready.filter(isPlaced);
    const moves = [...(await assign(homeless, loads)), ...(await relieve(placed, loads))];
    for (const job of placed) {
      if (toRetell.delete(job.id) && job.digester !== null) {
        moves.push({ job, digester: job.digester });
      }
    }
    await dispatcher.dispatch(moves);
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
          ? choose(await needsOf(job), loads.values(), dispatcher.refusalsOf(job))
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
      return fits(candidate, needs) && dispatcher.refusalsOf(job)?.has(candidate.id) !== true;
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

  function forgetAllBut(waiting: readonly JobRecord[]): void {
    const ids = new Set(waiting.map((job) => job.id));
    for (const id of paths.keys()) if (!ids.has(id)) paths.delete(id);
    dispatcher.forgetAllBut(waiting);
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
