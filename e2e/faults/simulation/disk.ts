/*
 * The shared file system, as far as publishing goes: staging directories beside each destination, and what stands in it.
 * Each step is one rename, so that kills and stops come between any two of them. The rules are those of `staging.ts` and
 * `publish.ts`.
 */

/** Where one attempt writes. */
export interface Staging {
  readonly job: number;
  readonly attempt: number;
  /** Files that have not been moved yet. */
  left: number;
  /** The list of files to move is on disk: whoever fences it off brings the move to its end. */
  isListed: boolean;
}

export interface Disk {
  /** Null when a newer attempt has been here. */
  readonly open: (job: number, attempt: number) => Staging | null;
  readonly exists: (staging: Staging) => boolean;
  /** One step of publishing. `gone`: the directory was taken away. */
  readonly publishStep: (staging: Staging) => "more" | "done" | "gone";
  readonly remove: (staging: Staging) => void;
  /** Whether all files of a job stand in its destination. */
  readonly isWhole: (job: number) => boolean;
  /** How often something was moved into the destination of a job. */
  readonly writes: (job: number) => number;
  readonly leftovers: () => readonly Staging[];
}

const files = 3;

/** @param isFenced whether attempts fence off those before them; without it the model is broken on purpose. */
export function createDisk(isFenced: boolean): Disk {
  const stagings = new Set<Staging>();
  const published = new Map<number, number>();
  const writes = new Map<number, number>();

  const move = (staging: Staging): void => {
    const { job } = staging;
    writes.set(job, (writes.get(job) ?? 0) + 1);
    staging.left -= 1;
    published.set(job, Math.max(published.get(job) ?? 0, files - staging.left));
  };

  return {
    open(job, attempt) {
      for (const other of isFenced ? stagings : []) {
        if (other.job !== job) continue;
        if (other.attempt > attempt) return null;
        stagings.delete(other);
        while (other.isListed && other.left > 0) move(other);
      }
      const staging = { job, attempt, left: files, isListed: false };
      stagings.add(staging);
      return staging;
    },
    exists: (staging) => stagings.has(staging),
    publishStep(staging) {
      if (!stagings.has(staging)) return "gone";
      if (!staging.isListed) {
        staging.isListed = true;
        return "more";
      }
      if (staging.left > 0) move(staging);
      return staging.left > 0 ? "more" : "done";
    },
    remove: (staging) => void stagings.delete(staging),
    isWhole: (job) => published.get(job) === files,
    writes: (job) => writes.get(job) ?? 0,
    leftovers: () => [...stagings],
  };
}
