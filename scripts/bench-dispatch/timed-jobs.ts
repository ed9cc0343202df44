import { EventEmitter, once } from "node:events";

/** When a job was posted, kept, claimed and completed, in milliseconds of one clock. */
export interface Timing {
  readonly posted: number;
  answered: number;
  claimed: number;
  ended: number;
}

/** What is measured: something that keeps jobs and tells what becomes of them. */
export interface JobQueue {
  /** Resolves once the job is kept durably. */
  send(key: string): Promise<void>;
  /** Tells of claims and ends from when it resolves, until what it resolves with is called. */
  follow(listener: JobListener): Promise<() => void>;
}

export interface JobListener {
  readonly claimed: (key: string) => void;
  readonly completed: (key: string) => void;
  readonly failed: (error: unknown) => void;
}

/** Sends so many jobs and resolves with the times of each once all have completed; rejects when one ends otherwise. */
export async function timeJobs(
  queue: JobQueue,
  prefix: string,
  count: number,
  senders: number,
): Promise<Timing[]> {
  const timings = new Map<string, Timing>();
  let left = count;
  const run = new EventEmitter();
  const finished = once(run, "finished");
  const stop = await queue.follow({
    claimed(key) {
      const timing = timings.get(key);
      if (timing !== undefined) timing.claimed = performance.now();
    },
    completed(key) {
      const timing = timings.get(key);
      if (timing === undefined) return;
      timing.ended = performance.now();
      left -= 1;
      if (left === 0) run.emit("finished");
    },
    failed: (error) => run.emit("error", error),
  });
  const keys = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const send = async (): Promise<void> => {
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      const timing = { posted: performance.now(), answered: 0, claimed: 0, ended: 0 };
      timings.set(key, timing);
      await queue.send(key);
      timing.answered = performance.now();
    }
  };
  try {
    await Promise.all([finished, ...Array.from({ length: senders }, send)]);
  } finally {
    stop();
  }
  return [...timings.values()];
}
