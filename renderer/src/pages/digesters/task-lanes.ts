import type { Event } from "../../../../services/contract/event.ts";
import { attemptsOf, type Attempt } from "../job/attempts.ts";

/** An attempt on one digester, as a block of a lane. */
export interface LaneBlock {
  readonly job: number;
  readonly key: string;
  readonly attempt: Attempt;
  /** It is not the first attempt of its job. */
  readonly isAgain: boolean;
}

/**
 * The attempts that events tell of for one digester, each in the first lane that was free when it began: events do not name
 * the worker. There are as many lanes as workers; more only where attempts that were lost end later than they stopped.
 *
 * @param events of all jobs, in order. @param from milliseconds since 1970; what ended before is left out.
 */
export function taskLanes(
  events: readonly Event[],
  digester: string,
  workers: number,
  from: number,
): LaneBlock[][] {
  const lanes: LaneBlock[][] = Array.from({ length: workers }, () => []);
  for (const block of blocksOf(events, digester)) {
    const free = lanes.find((lane) => isFree(lane.at(-1), block.attempt.from));
    if (free === undefined) lanes.push([block]);
    else free.push(block);
  }
  const shown = lanes.map((lane) => lane.filter(({ attempt }) => (attempt.to ?? Infinity) >= from));
  return shown.filter((lane, index) => index < workers || lane.length > 0);
}

function isFree(last: LaneBlock | undefined, at: number): boolean {
  return last === undefined || (last.attempt.to !== null && last.attempt.to <= at);
}

function blocksOf(events: readonly Event[], digester: string): LaneBlock[] {
  const byJob = new Map<number, Event[]>();
  for (const event of events) {
    if (event.job === null) continue;
    const known = byJob.get(event.job);
    if (known === undefined) byJob.set(event.job, [event]);
    else known.push(event);
  }
  const blocks: LaneBlock[] = [];
  for (const [job, own] of byJob) {
    for (const attempt of attemptsOf(own)) {
      if (attempt.digester !== digester) continue;
      const key = own[0]?.key ?? `job ${job}`;
      blocks.push({ job, key, attempt, isAgain: attempt.number > 1 });
    }
  }
  return blocks.toSorted((a, b) => a.attempt.from - b.attempt.from);
}
