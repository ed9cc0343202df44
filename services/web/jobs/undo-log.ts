import { randomUUID } from "node:crypto";
import { isUndoable } from "./person-changes.ts";
import type { JobRecord } from "./job-record.ts";

/** What a person did to one job. */
export interface Done {
  readonly before: JobRecord;
  readonly after: JobRecord;
}

/** What people did of late, so that it can be taken back. It is gone with the process. */
export interface UndoLog {
  /** Remembers what can be taken back of this; null when nothing can. */
  keep(done: readonly Done[]): { token: string; jobs: number } | null;
  /** What the token stands for, once; null when it is unknown or too old. */
  take(token: string): readonly Done[] | null;
}

/** So long is the longest regret. */
const keptMs = 15 * 60_000;
/** Results are large: of more jobs that had one, no requeue can be taken back. */
const mostResults = 5_000;
const mostJobs = 200_000;

/** @param now milliseconds since 1970. */
export function createUndoLog(now: () => number): UndoLog {
  const kept = new Map<string, { readonly at: number; readonly done: readonly Done[] }>();

  const forgetOld = (): void => {
    let jobs = 0;
    for (const [token, { at, done }] of [...kept].toReversed()) {
      jobs += done.length;
      if (now() - at > keptMs || jobs > mostJobs) kept.delete(token);
    }
  };

  return {
    keep(all) {
      let results = 0;
      const done = all.filter(({ before, after }) => {
        if (!isUndoable(before, after)) return false;
        return before.result === null || ++results <= mostResults;
      });
      if (done.length === 0) return null;
      const token = randomUUID();
      kept.set(token, { at: now(), done });
      forgetOld();
      return kept.has(token) ? { token, jobs: done.length } : null;
    },
    take(token) {
      forgetOld();
      const found = kept.get(token);
      kept.delete(token);
      return found?.done ?? null;
    },
  };
}
