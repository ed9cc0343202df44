import type { JobRecord, Volatile } from "../jobs/job-record.ts";
import { keyWithin, touched } from "./change-rules.ts";
import type { Entry } from "./store-schema.ts";
import type { Standing } from "./store.ts";

/** A change that was decided upon, and is on its way to disk. */
export interface Accepted {
  readonly entry: Entry;
  /** The job after it, with what `touch` has said since; null when it changes none. */
  job: JobRecord | null;
  /** Settles as the change does. */
  written: Promise<void>;
}

/**
 * Changes that were decided upon and are not on disk yet. Nobody sees them but those who decide what comes next: they
 * build upon them, and fail with them.
 */
export interface AcceptedChanges {
  /** The last change of a job. */
  last(id: number): Accepted | undefined;
  lastOfKey(crop: string, key: string): Accepted | undefined;
  lastOfSetting(name: string): Accepted | undefined;
  /** The removal of a job. */
  removalOf(id: number): Accepted | undefined;
  add(accepted: Accepted): void;
  /** It is on disk. */
  remove(accepted: Accepted): void;
  touch(id: number, fields: Partial<Volatile>, whileIn?: Standing): void;
  clear(): void;
}

export function createAcceptedChanges(): AcceptedChanges {
  const byJob = new Map<number, Accepted[]>();
  const byKey = new Map<string, Accepted>();
  const bySetting = new Map<string, Accepted>();
  const removals = new Map<number, Accepted>();
  return {
    last: (id) => byJob.get(id)?.at(-1),
    lastOfKey: (crop, key) => byKey.get(keyWithin(crop, key)),
    lastOfSetting: (name) => bySetting.get(name),
    removalOf: (id) => removals.get(id),
    add(accepted) {
      const { job, entry } = accepted;
      if (entry.setting !== undefined) bySetting.set(entry.setting.name, accepted);
      for (const id of entry.removed ?? []) removals.set(id, accepted);
      if (job === null) return;
      const others = byJob.get(job.id);
      if (others === undefined) byJob.set(job.id, [accepted]);
      else others.push(accepted);
      byKey.set(keyWithin(job.crop, job.key), accepted);
    },
    remove(accepted) {
      const { job, entry } = accepted;
      const name = entry.setting?.name;
      if (name !== undefined && bySetting.get(name) === accepted) bySetting.delete(name);
      for (const id of entry.removed ?? []) removals.delete(id);
      if (job === null) return;
      const others = byJob.get(job.id)?.filter((other) => other !== accepted) ?? [];
      if (others.length > 0) {
        byJob.set(job.id, others);
        return;
      }
      byJob.delete(job.id);
      byKey.delete(keyWithin(job.crop, job.key));
    },
    touch(id, fields, whileIn) {
      for (const accepted of byJob.get(id) ?? []) {
        const { job } = accepted;
        if (job !== null) accepted.job = touched(job, fields, whileIn);
      }
    },
    clear() {
      byJob.clear();
      byKey.clear();
      bySetting.clear();
      removals.clear();
    },
  };
}
