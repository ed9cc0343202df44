import type { Event } from "../../contract/event.ts";
import { isSettled } from "../../contract/job.ts";
import {
  statisticsSpans,
  type Statistics,
  type StatisticsBucket,
  type StatisticsSpan,
} from "../../contract/statistics.ts";
import { jobPages } from "../store/job-pages.ts";
import type { Store } from "../store/store.ts";
import type { JobRecord } from "./job-record.ts";

/** What happened when, counted as it happens. */
export interface StatisticsKeeper {
  /** @param now milliseconds since 1970, the end of the span. */
  read(span: StatisticsSpan, now: number): Statistics;
  stop(): void;
}

type Counts = Omit<StatisticsBucket, "at">;

/** The finest bucket that anybody can ask for: the others are sums of it. */
const cellMs = statisticsSpans.hour.bucketMs;
const keptMs = statisticsSpans.week.ms + statisticsSpans.week.bucketMs;
/** Beyond these the ones that nobody can ask for any more are let go. */
const mostCells = (2 * keptMs) / cellMs;
/** Jobs looked at in one go when what happened before is gathered. */
const pageLength = 20_000;

/**
 * Counts what happens in the store from now on, after what its jobs tell of the week before; nothing may change them until
 * it resolves. Jobs keep the times of their last attempt only, so of the time before, later attempts have no wait.
 *
 * @param onWait a job that was in line for so many milliseconds was claimed.
 */
export async function keepStatistics(
  store: Pick<Store, "list" | "subscribe">,
  now: () => number,
  onWait: (ms: number) => void = () => undefined,
): Promise<StatisticsKeeper> {
  const cells = new Map<number, Counts>();
  const inLineSince = new Map<number, number>();

  function cellAt(time: number): Counts {
    const at = time - (time % cellMs);
    const known = cells.get(at);
    if (known !== undefined) return known;
    const made = nothing();
    cells.set(at, made);
    if (cells.size > mostCells) forget(cells, now() - keptMs);
    return made;
  }

  function countWait(since: number, until: number): number {
    const cell = cellAt(until);
    const waited = Math.max(0, until - since);
    cell.started++;
    cell.waitedMs += waited;
    cell.longestWaitMs = Math.max(cell.longestWaitMs, waited);
    return waited;
  }

  function count(event: Event, job: JobRecord | null): void {
    if (job === null) return;
    const at = Date.parse(event.at);
    switch (event.type) {
      case "submitted":
        cellAt(at).submitted++;
        inLineSince.set(job.id, at);
        break;
      case "lease_expired":
        cellAt(at).lost++;
        inLineSince.set(job.id, at);
        break;
      case "requeued":
      case "released":
      case "retried":
      case "handed_back":
        inLineSince.set(job.id, at);
        break;
      case "claimed": {
        const since = inLineSince.get(job.id);
        inLineSince.delete(job.id);
        if (since !== undefined) onWait(countWait(since, at));
        break;
      }
      default:
    }
    if (event.status !== undefined && isSettled(event.status)) {
      inLineSince.delete(job.id);
      cellAt(at)[event.status]++;
    }
  }

  function gather(job: JobRecord, since: number): void {
    if (job.submittedAt >= since) cellAt(job.submittedAt).submitted++;
    if (job.attempt === 0 && job.settledAt === null) inLineSince.set(job.id, job.submittedAt);
    if (job.attempt === 1 && job.startedAt !== null && job.startedAt >= since) {
      countWait(job.submittedAt, job.startedAt);
    }
    if (job.settledAt !== null && job.settledAt >= since && isSettled(job.status)) {
      cellAt(job.settledAt)[job.status]++;
    }
  }

  for await (const job of changedSince(store, now() - keptMs)) gather(job, now() - keptMs);
  const stop = store.subscribe(count);

  return {
    stop,
    read(span, until) {
      const { ms, bucketMs } = statisticsSpans[span];
      const end = until - (until % bucketMs) + bucketMs;
      const starts = Array.from({ length: ms / bucketMs }, (_, i) => end - ms + i * bucketMs);
      const buckets = starts.map((at) => ({
        at: new Date(at).toISOString(),
        ...sumOf(cells, at, at + bucketMs),
      }));
      return { span, bucketMs, buckets };
    },
  };
}

/** Jobs that changed since, newest first; and some more. */
async function* changedSince(store: Pick<Store, "list">, since: number) {
  for await (const { jobs } of jobPages(store, { sort: "-updatedAt", limit: pageLength })) {
    yield* jobs;
    const last = jobs.at(-1);
    if (last === undefined || last.updatedAt < since) return;
  }
}

function nothing(): Counts {
  return {
    submitted: 0,
    completed: 0,
    failed: 0,
    aborted: 0,
    lost: 0,
    started: 0,
    waitedMs: 0,
    longestWaitMs: 0,
  };
}

function sumOf(cells: ReadonlyMap<number, Counts>, from: number, to: number): Counts {
  const sum = nothing();
  for (let at = from; at < to; at += cellMs) {
    const cell = cells.get(at);
    if (cell === undefined) continue;
    sum.submitted += cell.submitted;
    sum.completed += cell.completed;
    sum.failed += cell.failed;
    sum.aborted += cell.aborted;
    sum.lost += cell.lost;
    sum.started += cell.started;
    sum.waitedMs += cell.waitedMs;
    sum.longestWaitMs = Math.max(sum.longestWaitMs, cell.longestWaitMs);
  }
  return sum;
}

function forget(cells: Map<number, Counts>, before: number): void {
  for (const at of cells.keys()) if (at < before) cells.delete(at);
}
