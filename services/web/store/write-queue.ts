import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Group commit: changes that come while the disk is busy wait together and share the next write and its sync. They are
 * applied in the order in which they came.
 */
export interface WriteQueue<T> {
  /** Resolves once the change is on disk and applied; rejects when it is not and never will be. */
  push(item: T, line: string): Promise<void>;
  /** Does `work` while no write runs. */
  between<R>(work: () => Promise<R>): Promise<R>;
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
}

export interface WriteQueueOptions<T> {
  /** Brings lines to disk; when it rejects, none of them counts. */
  readonly write: (lines: readonly string[]) => Promise<void>;
  readonly onWritten: (item: T) => void;
  /** A write failed. All that waited has failed with it, since it may build upon what was not written. */
  readonly onFailed: () => void;
}

/** Characters after which a write takes no more lines: applying them should not keep others from their turn. */
const batchLength = 1024 * 1024;

interface Waiting<T> {
  readonly item: T;
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function createWriteQueue<T>(options: WriteQueueOptions<T>): WriteQueue<T> {
  let waiting: Waiting<T>[] = [];
  let tasks: Array<() => Promise<void>> = [];
  let running: Promise<void> | null = null;

  const nextBatch = (): Waiting<T>[] => {
    let length = 0;
    let count = 0;
    for (const { line } of waiting) {
      length += line.length;
      count += 1;
      if (length >= batchLength) break;
    }
    return waiting.splice(0, count);
  };

  const writeBatch = async (batch: readonly Waiting<T>[]): Promise<void> => {
    try {
      await options.write(batch.map(({ line }) => line));
    } catch (thrown) {
      const failed = [...batch, ...waiting];
      waiting = [];
      options.onFailed();
      for (const { reject } of failed) reject(thrown);
      return;
    }
    for (const { item } of batch) options.onWritten(item);
    for (const { resolve } of batch) resolve();
  };

  const run = async (): Promise<void> => {
    // What is asked for in the same turn shares one write.
    await nextTurn();
    while (waiting.length > 0 || tasks.length > 0) {
      const due = tasks;
      tasks = [];
      for (const task of due) await task();
      if (waiting.length === 0) continue;
      await writeBatch(nextBatch());
    }
    running = null;
  };

  const start = (): void => {
    running ??= run();
  };

  const idle = async (): Promise<void> => {
    if (running === null) return;
    await running;
    await idle();
  };

  return {
    push(item, line) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, line, resolve, reject });
        start();
      });
    },
    between<R>(work: () => Promise<R>): Promise<R> {
      return new Promise<R>((resolve, reject) => {
        tasks.push(() => work().then(resolve, reject));
        start();
      });
    },
    idle,
  };
}
