/** Counts changes and tells those who wait for the next one. */
export interface Revision {
  readonly current: () => number;
  readonly bump: () => void;
  /** Resolves with the first revision above `since`, or with the current one after `waitMs` or when it is closed. */
  readonly after: (since: number, waitMs: number) => Promise<number>;
  readonly close: () => void;
}

/** Many changes at once are one: a line of a thousand jobs need not be told a thousand times. */
const SETTLE_MS = 50;

export function createRevision(): Revision {
  const waiting = new Set<() => void>();
  let current = 1;
  let closed = false;
  let soon: NodeJS.Timeout | null = null;

  const wake = (): void => {
    soon = null;
    for (const done of waiting) done();
  };

  return {
    current: () => current,
    bump: () => {
      current += 1;
      if (waiting.size > 0) soon ??= setTimeout(wake, SETTLE_MS);
    },
    after: (since, waitMs) =>
      new Promise((resolve) => {
        // A revision from the future is one of an earlier life.
        if (closed || current !== since) return resolve(current);
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve(current);
        };
        const timer = setTimeout(done, waitMs);
        waiting.add(done);
      }),
    close: () => {
      closed = true;
      if (soon !== null) clearTimeout(soon);
      wake();
    },
  };
}
