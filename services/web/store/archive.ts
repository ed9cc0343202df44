import { AppError, coerceError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { openAppendFile, type AppendFile } from "./append-file.ts";
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
   * that the caller can let go of them in the same turn.
   */
  append(records: readonly ArchiveRecord[]): Promise<() => void>;
  close(): Promise<void>;
}

export interface OpenedArchive {
  readonly archive: Archive;
  /** Every job in it as last sealed, without its result. */
  readonly jobs: Map<number, JobRecord>;
}

interface Place {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

interface Placed {
  entry: number;
  instruction: Place | null;
  result: Place | null;
  events: Place[];
}

export interface ArchiveOptions {
  /** A segment of this size gets a successor. */
  readonly segmentBytes: number;
  readonly onWarning: (message: string) => void;
  readonly now: () => number;
}

/** Opens the archive of a folder, and finishes what a crash has cut short in it. */
export async function openArchive(disk: Disk, options: ArchiveOptions): Promise<OpenedArchive> {
  const placed = new Map<number, Placed>();
  const jobs = new Map<number, JobRecord>();
  const names = await disk.list();
  let last: Segment | undefined;
  for (const number of segmentNumbers(names)) {
    last = await readSegment(disk, names, number, options.now(), options.onWarning);
    for (const line of last.index) {
      place(placed, number, line);
      if (line.kind === "sealed" && line.job !== null) jobs.set(line.id, line.job);
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

  return {
    jobs,
    archive: {
      lastEntry: (id) => placed.get(id)?.entry ?? 0,
      hasInstruction: (id) => (placed.get(id)?.instruction ?? null) !== null,
      async job(id, listed) {
        const at = placed.get(id)?.result ?? null;
        if (at === null) return listed;
        const record = await readAt(at);
        return record.kind === "sealed" && record.job !== null ? record.job : listed;
      },
      async instruction(id) {
        const at = placed.get(id)?.instruction ?? null;
        if (at === null) return null;
        const record = await readAt(at);
        return record.kind === "instruction" ? record.instruction : null;
      },
      async events(id) {
        const places = [...(placed.get(id)?.events ?? [])];
        const events: Event[] = [];
        for (const at of places) {
          const record = await readAt(at);
          if (record.kind === "sealed") addNewer(events, record.events);
        }
        return events;
      },
      async append(records) {
        if (records.length === 0) return () => {};
        if (writer === null || writer.data.end() >= options.segmentBytes) {
          const next = await startSegment(disk, lastNumber + 1);
          await closeWriter(writer);
          lastNumber += 1;
          writer = next;
        }
        const segment = lastNumber;
        const lines = await appendTo(writer, records);
        return () => {
          for (const line of lines) place(placed, segment, line);
        };
      },
      async close() {
        await closeWriter(writer);
        for (const opening of readers.values()) await (await opening).close();
      },
    },
  };
}

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

function place(placed: Map<number, Placed>, segment: number, line: IndexLine): void {
  const known = placed.get(line.id) ?? { entry: 0, instruction: null, result: null, events: [] };
  placed.set(line.id, known);
  const at = { segment, offset: line.offset, length: line.length };
  switch (line.kind) {
    case "instruction":
      known.instruction = at;
      break;
    case "sealed":
      known.entry = line.entry;
      if (line.job !== null) known.result = line.hasResult ? at : null;
      if (line.events > 0) known.events.push(at);
  }
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

/** A record may have been sealed twice when the power failed in between: what it repeats is left out. */
export function addNewer(events: Event[], more: readonly Event[]): void {
  const last = events.at(-1)?.seq ?? 0;
  events.push(...more.filter((event) => event.seq > last));
}
