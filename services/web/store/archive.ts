import { AppError, coerceError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { openAppendFile, type AppendFile } from "./append-file.ts";
import { createArchivePlaces, type Place } from "./archive-places.ts";
import {
  dataName,
  indexName,
  pieceBytes,
  readSegment,
  segmentNumbers,
  toIndexLine,
  type Segment,
} from "./archive-segment.ts";
import { decodeLine, encodeInPieces } from "./checked-lines.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { ArchiveRecord, readAs, type IndexLine } from "./store-schema.ts";

/** What has left the hot set: instructions, ended jobs and their events, in files that only grow. */
export interface Archive {
  /** The last change of a job that is in here; 0 when there is none. */
  lastEntry(id: number): number;
  hasInstruction(id: number): boolean;
  /** The job as in here; `listed` when nothing but what lists show is known of it. */
  job(id: number, listed: JobRecord): Promise<JobRecord>;
  instruction(id: number): Promise<StoredInstruction | null>;
  /** The events of a job, those in the archive at the time of the call. */
  events(id: number): Promise<Event[]>;
  /**
   * Adds records and brings them to disk. They are to be found only once the function that it resolves to was called, so
   * that the caller can let go of them in the same turn; those of jobs that are gone by then are not.
   */
  append(records: readonly ArchiveRecord[]): Promise<(isGone: (id: number) => boolean) => void>;
  /** Nothing that is in here of a job counts any more. For good once a record says so. */
  forget(id: number): void;
  /** Removes the oldest files while they hold little that counts, which is copied to the newest before. */
  reclaim(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenedArchive {
  readonly archive: Archive;
  /** Every job in it as last sealed, without its result. */
  readonly jobs: Map<number, JobRecord>;
}

export interface ArchiveOptions {
  /** A segment of this size gets a successor. */
  readonly segmentBytes: number;
  readonly onWarning: (message: string) => void;
  readonly now: () => number;
}

/** Opens the archive of a folder, and finishes what a crash has cut short in it. */
export async function openArchive(disk: Disk, options: ArchiveOptions): Promise<OpenedArchive> {
  const jobs = new Map<number, JobRecord>();
  const places = createArchivePlaces();
  const names = await disk.list();
  /** The segments that there are, oldest first, and the bytes of their lines. */
  const sizes = new Map<number, number>();
  /** Whether files may hold more that does not count than when they were looked at. */
  let hasForgotten = false;
  let last: Segment | undefined;
  for (const number of segmentNumbers(names)) {
    last = await readSegment(disk, names, number, options.now(), options.onWarning);
    sizes.set(number, last.dataEnd);
    for (const line of last.index) {
      const isNewest = places.add(number, line);
      if (line.kind === "sealed" && line.job !== null && isNewest) jobs.set(line.id, line.job);
      if (line.kind !== "removed") continue;
      hasForgotten = true;
      for (const id of line.jobs) jobs.delete(id);
    }
  }
  let writer = last?.whole === true ? await continueSegment(disk, last) : null;
  let lastNumber = last?.number ?? 0;

  /** Opened when something is first read from them: opening one for each read takes longer than the read. */
  const readers = new Map<number, Promise<DiskFile>>();

  const readerOf = (segment: number): Promise<DiskFile> => {
    const known = readers.get(segment);
    if (known !== undefined) return known;
    const opening = disk.open(dataName(segment), "existing");
    readers.set(segment, opening);
    opening.catch(() => readers.delete(segment));
    return opening;
  };

  const readAt = async (at: Place): Promise<ArchiveRecord> => {
    const name = dataName(at.segment);
    const line = await readPiece(disk, name, () => readerOf(at.segment), at);
    const data = decodeLine(line);
    if (data === undefined) throw damaged(disk.path(name), at.offset);
    return readAs(ArchiveRecord, data, disk.path(name));
  };

  /** Reads what is at a place, again where it has been moved meanwhile; null when it has gone. */
  const readCurrent = async (current: () => Place | null): Promise<ArchiveRecord | null> => {
    const at = current();
    if (at === null) return null;
    try {
      return await readAt(at);
    } catch (thrown) {
      if (current() === at) throw thrown;
      return readCurrent(current);
    }
  };

  const readEvents = async (id: number): Promise<Event[]> => {
    const at = places.of(id)?.events ?? [];
    const events: Event[] = [];
    try {
      for (const record of await Promise.all(at.map(readAt))) {
        if (record.kind === "sealed") events.push(...record.events);
      }
    } catch (thrown) {
      const current = places.of(id)?.events ?? [];
      if (current.length === at.length && current.every((one, i) => one === at[i])) throw thrown;
      return readEvents(id);
    }
    return inOrder(events);
  };

  const appendLines = async (records: readonly ArchiveRecord[]) => {
    if (writer === null || writer.data.end() >= options.segmentBytes) {
      const next = await startSegment(disk, lastNumber + 1);
      await closeWriter(writer);
      lastNumber += 1;
      writer = next;
    }
    const lines = await appendTo(writer, records);
    sizes.set(lastNumber, writer.data.end());
    return { segment: lastNumber, lines };
  };

  const moveAll = async (all: ReadonlyArray<{ id: number; at: Place }>): Promise<void> => {
    for (let start = 0; start < all.length; start += movedAtOnce) {
      const some = all.slice(start, start + movedAtOnce);
      const records = await Promise.all(some.map(({ at }) => readAt(at)));
      const { segment, lines } = await appendLines(records);
      for (const [i, { id, at }] of some.entries()) {
        const line = lines[i];
        if (line === undefined) continue;
        places.move(id, at, { segment, offset: line.offset, length: line.length });
      }
    }
  };

  /** The index first: what is found without one counts, in its order, and what came later overrules it. */
  const removeSegment = async (number: number): Promise<void> => {
    const reader = readers.get(number);
    readers.delete(number);
    sizes.delete(number);
    await disk.remove(indexName(number));
    await disk.syncNames();
    await (await reader)?.close();
    await disk.remove(dataName(number));
    await disk.syncNames();
  };

  return {
    jobs,
    archive: {
      lastEntry: (id) => places.of(id)?.entry ?? 0,
      hasInstruction: (id) => (places.of(id)?.instruction ?? null) !== null,
      async job(id, listed) {
        const record = await readCurrent(() => {
          const placed = places.of(id);
          return placed?.hasResult === true ? placed.job : null;
        });
        return record?.kind === "sealed" && record.job !== null ? record.job : listed;
      },
      async instruction(id) {
        const record = await readCurrent(() => places.of(id)?.instruction ?? null);
        return record?.kind === "instruction" ? record.instruction : null;
      },
      events: readEvents,
      async append(records) {
        if (records.length === 0) return () => {};
        const { segment, lines } = await appendLines(records);
        return (isGone) => {
          for (const line of lines) {
            if (line.kind !== "removed" && !isGone(line.id)) places.add(segment, line);
          }
        };
      },
      forget(id) {
        places.forget(id);
        hasForgotten = true;
      },
      async reclaim() {
        // The oldest only: what a file says is removed stands in that file or in older ones, which have gone then.
        while (hasForgotten) {
          const [oldest] = sizes;
          if (oldest === undefined || oldest[0] === lastNumber) return;
          const [number, bytes] = oldest;
          const counting = places.in(number);
          const left = counting.reduce((sum, { at }) => sum + at.length, 0);
          if (left > bytes / 2) {
            hasForgotten = false;
            return;
          }
          await moveAll(counting);
          await removeSegment(number);
        }
      },
      async close() {
        await closeWriter(writer);
        for (const opening of readers.values()) await (await opening).close();
      },
    },
  };
}

/** Lines copied with one flush to disk. */
const movedAtOnce = 128;

interface Writer {
  readonly data: AppendFile;
  readonly index: AppendFile;
}

async function continueSegment(disk: Disk, segment: Segment): Promise<Writer> {
  return openWriter(disk, segment.number, "existing", segment.dataEnd, segment.indexEnd);
}

async function startSegment(disk: Disk, number: number): Promise<Writer> {
  const writer = await openWriter(disk, number, "create", 0, 0);
  await disk.syncNames();
  return writer;
}

async function openWriter(
  disk: Disk,
  number: number,
  mode: "existing" | "create",
  dataEnd: number,
  indexEnd: number,
): Promise<Writer> {
  const data = await openAppendFile(await disk.open(dataName(number), mode), dataEnd);
  const index = await openAppendFile(await disk.open(indexName(number), mode), indexEnd);
  return { data, index };
}

async function closeWriter(writer: Writer | null): Promise<void> {
  await writer?.data.close();
  await writer?.index.close();
}

/** Lines first, index second: what the index names is there. */
async function appendTo(writer: Writer, records: readonly ArchiveRecord[]): Promise<IndexLine[]> {
  const start = writer.data.end();
  const lines: IndexLine[] = [];
  await writer.data.append(
    encodeInPieces(records, pieceBytes, (record, offset, length) => {
      lines.push(toIndexLine(record, start + offset, length));
    }),
  );
  await writer.index.append(encodeInPieces(lines, pieceBytes));
  return lines;
}

async function readPiece(
  disk: Disk,
  name: string,
  open: () => Promise<DiskFile>,
  at: Place,
): Promise<Buffer> {
  try {
    const file = await open();
    return await file.read(at.offset, at.length);
  } catch (thrown) {
    throw new AppError(
      "unavailable",
      `${disk.path(name)} cannot be read: ${coerceError(thrown).message}`,
      { cause: thrown, hint: "Mend that disk, or restore the file from a backup." },
    );
  }
}

function damaged(path: string, offset: number): AppError {
  return new AppError("internal", `${path} is damaged at byte ${offset}.`, {
    hint: "Restore this file from a backup.",
  });
}

/** A line may stand in the archive twice when a crash came between its copy and the end of the original. */
function inOrder(events: readonly Event[]): Event[] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}

/** A record may have been sealed twice when the power failed in between: what it repeats is left out. */
export function addNewer(events: Event[], more: readonly Event[]): void {
  const last = events.at(-1)?.seq ?? 0;
  events.push(...more.filter((event) => event.seq > last));
}
