import type { IndexLine } from "./store-schema.ts";

/** Where a line of the archive is. */
export interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

interface Placed {
  /** The last change of the job that is in the archive, and the last one that has the job itself. */
  entry: number;
  jobEntry: number;
  instruction: Place | null;
  /** The line that has the job as last sealed. */
  job: Place | null;
  hasResult: boolean;
  /** Lines that have events. */
  events: Place[];
}

/** Where everything that counts is in the archive. */
export interface ArchivePlaces {
  of(id: number): Readonly<Placed> | undefined;
  /**
   * Notes a line of a segment's index. They may come in any order, and some twice.
   *
   * @returns whether the job that it has, if any, is the last sealed one.
   */
  add(segment: number, line: IndexLine): boolean;
  forget(id: number): void;
  /** Each place of a segment that counts, once, with the job that it is of. */
  in(segment: number): Array<{ readonly id: number; readonly at: Place }>;
  /** A line has been copied to another place. Does nothing when the job was forgotten meanwhile. */
  move(id: number, from: Place, to: Place): void;
}

export function createArchivePlaces(): ArchivePlaces {
  const placed = new Map<number, Placed>();

  const known = (id: number): Placed => {
    const found = placed.get(id);
    if (found !== undefined) return found;
    const made: Placed = {
      entry: 0,
      jobEntry: 0,
      instruction: null,
      job: null,
      hasResult: false,
      events: [],
    };
    placed.set(id, made);
    return made;
  };

  return {
    of: (id) => placed.get(id),
    forget: (id) => void placed.delete(id),
    add(segment, line) {
      if (line.kind === "removed") {
        for (const id of line.jobs) placed.delete(id);
        return false;
      }
      const at: Place = { segment, offset: line.offset, length: line.length };
      const job = known(line.id);
      if (line.kind === "instruction") {
        job.instruction = at;
        return false;
      }
      job.entry = Math.max(job.entry, line.entry);
      if (line.events > 0) job.events.push(at);
      if (line.job === null || line.entry < job.jobEntry) return false;
      job.jobEntry = line.entry;
      job.job = at;
      job.hasResult = line.hasResult;
      return true;
    },
    in(segment) {
      const found: Array<{ id: number; at: Place }> = [];
      for (const [id, { instruction, job, events }] of placed) {
        const all = new Set([instruction, job, ...events]);
        for (const at of all) if (at?.segment === segment) found.push({ id, at });
      }
      return found;
    },
    move(id, from, to) {
      const job = placed.get(id);
      if (job === undefined) return;
      if (job.instruction === from) job.instruction = to;
      if (job.job === from) job.job = to;
      job.events = job.events.map((at) => (at === from ? to : at));
    },
  };
}
