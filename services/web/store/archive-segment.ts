import { writeFresh } from "./append-file.ts";
import { encodeInPieces } from "./checked-lines.ts";
import { setAside, withFile, type Disk } from "./disk.ts";
import { withoutResult } from "./job-query.ts";
import { eachCheckedLine } from "./line-file.ts";
import { ArchiveRecord, IndexLine, readAs } from "./store-schema.ts";

/**
 * A segment of the archive is two files: the lines with all that is known of a job, which are read one by one when someone
 * asks, and an index with what lists need, which is read at start. The index can be made anew from the lines.
 */
export const dataName = (segment: number): string => `archive-${pad(segment)}.ndjson`;
export const indexName = (segment: number): string => `archive-${pad(segment)}.index.ndjson`;
const pad = (segment: number): string => String(segment).padStart(6, "0");
const dataPattern = /^archive-(\d{6})\.ndjson$/;
const indexPattern = /^archive-(\d{6})\.index\.ndjson$/;

export const pieceBytes = 128 * 1024;

export interface Segment {
  readonly number: number;
  readonly index: IndexLine[];
  /** Bytes of each file that count. */
  readonly dataEnd: number;
  readonly indexEnd: number;
  /** Whether lines may be added to it: not where some are missing, whose places would be taken. */
  readonly whole: boolean;
}

/** Numbers of the segments that there are, in order. */
export function segmentNumbers(names: readonly string[]): number[] {
  const numbers = names.flatMap((name) => {
    const match = dataPattern.exec(name) ?? indexPattern.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

export function toIndexLine(record: ArchiveRecord, offset: number, length: number): IndexLine {
  const place = { offset, length, id: record.id };
  if (record.kind === "instruction") return { kind: "instruction", ...place };
  if (record.kind === "removed") return { kind: "removed", ...place, jobs: record.jobs };
  return {
    kind: "sealed",
    ...place,
    entry: record.entry,
    job: record.job === null ? null : withoutResult(record.job),
    hasResult: record.job !== null && record.job.result !== null,
    events: record.events.length,
  };
}

/**
 * Reads the index of a segment, and makes it anew from the lines where it is damaged, gone or behind them.
 *
 * @param now milliseconds since 1970, for the names of damaged files.
 */
export async function readSegment(
  disk: Disk,
  names: readonly string[],
  number: number,
  now: number,
  onWarning: (message: string) => void,
): Promise<Segment> {
  const data = dataName(number);
  const hasData = names.includes(data);
  const { index, indexEnd } = await readIndex(disk, names, number, now, onWarning);
  const dataEnd = index.reduce((most, line) => Math.max(most, line.offset + line.length), 0);
  const size = hasData ? await withFile(disk, data, (file) => file.size()) : 0;
  if (size < dataEnd) {
    onWarning(
      `${disk.path(data)} should have ${dataEnd} bytes and has ${size}: some of the jobs that were in it are listed, ` +
        "but cannot be opened.",
    );
  }
  if (size > dataEnd) {
    const more = await readUnindexed(disk, number, dataEnd, onWarning);
    if (more.index.length > 0) {
      const all = [...index, ...more.index];
      const written = await writeFresh(disk, indexName(number), encodeInPieces(all, pieceBytes));
      return { number, index: all, dataEnd: more.end, indexEnd: written, whole: true };
    }
  }
  return { number, index, dataEnd, indexEnd, whole: hasData && size >= dataEnd };
}

async function readIndex(
  disk: Disk,
  names: readonly string[],
  number: number,
  now: number,
  onWarning: (message: string) => void,
): Promise<{ index: IndexLine[]; indexEnd: number }> {
  const name = indexName(number);
  const none = { index: [], indexEnd: 0 };
  if (!names.includes(name)) {
    await writeFresh(disk, name, []);
    return none;
  }
  const path = disk.path(name);
  const index: IndexLine[] = [];
  const { damaged, end } = await eachCheckedLine(disk, name, ({ data }) => {
    index.push(readAs(IndexLine, data, path));
  });
  if (damaged.length > 0) {
    const aside = await setAside(disk, name, now);
    await writeFresh(disk, name, []);
    onWarning(
      `${path} is damaged in line ${damaged.join(", ")}. It was set aside as ${aside} and is made anew ` +
        `from ${disk.path(dataName(number))}.`,
    );
    return none;
  }
  return { index, indexEnd: end };
}

/** The lines from `start` on, which the index does not have. They are on disk for good when the promise resolves. */
async function readUnindexed(
  disk: Disk,
  number: number,
  start: number,
  onWarning: (message: string) => void,
): Promise<{ index: IndexLine[]; end: number }> {
  const path = disk.path(dataName(number));
  const index: IndexLine[] = [];
  const { damaged, end } = await eachCheckedLine(
    disk,
    dataName(number),
    ({ data, offset, length }) => {
      index.push(toIndexLine(readAs(ArchiveRecord, data, path), offset, length));
    },
    { start, sync: true },
  );
  if (damaged.length > 0) {
    onWarning(
      `${path} is damaged in line ${damaged.join(", ")} after byte ${start}: what stood there is lost, unless it was ` +
        "being written when the power failed.",
    );
  }
  return { index, end };
}
