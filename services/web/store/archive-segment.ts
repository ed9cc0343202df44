import { decodeLines, encodeInPieces } from "./checked-lines.ts";
import { readWhole, setAside, withFile, type Disk } from "./disk.ts";
import { writeFresh } from "./append-file.ts";
import { withoutResult } from "./job-query.ts";
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
 * Reads the index of a segment, or makes it anew from the lines when it is damaged or gone.
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
  const index = indexName(number);
  const hasData = names.includes(dataName(number));
  if (!names.includes(index)) return rebuildIndex(disk, number, hasData, onWarning);
  const { lines, damaged, end } = decodeLines(await readWhole(disk, index));
  if (damaged.length > 0) {
    const aside = await setAside(disk, index, now);
    onWarning(
      `${disk.path(index)} is damaged in line ${damaged.join(", ")}. It was set aside as ${aside} and is made ` +
        `anew from ${disk.path(dataName(number))}.`,
    );
    return rebuildIndex(disk, number, hasData, onWarning);
  }
  const read = lines.map((line) => readAs(IndexLine, line.data, disk.path(index)));
  const dataEnd = read.reduce((most, line) => Math.max(most, line.offset + line.length), 0);
  const size = hasData ? await withFile(disk, dataName(number), (file) => file.size()) : 0;
  if (size < dataEnd) {
    onWarning(
      `${disk.path(dataName(number))} should have ${dataEnd} bytes and has ${size}: some of the jobs that were in it ` +
        "are listed, but cannot be opened.",
    );
  }
  return { number, index: read, dataEnd, indexEnd: end, whole: hasData && size >= dataEnd };
}

async function rebuildIndex(
  disk: Disk,
  number: number,
  hasData: boolean,
  onWarning: (message: string) => void,
): Promise<Segment> {
  const path = disk.path(dataName(number));
  const content = hasData ? await readWhole(disk, dataName(number)) : Buffer.alloc(0);
  const { lines, damaged, end } = decodeLines(content);
  if (damaged.length > 0) {
    onWarning(`${path} is damaged in line ${damaged.join(", ")}: what stood there is lost.`);
  }
  const index = lines.map((line) =>
    toIndexLine(readAs(ArchiveRecord, line.data, path), line.offset, line.length),
  );
  const indexEnd = await writeFresh(disk, indexName(number), encodeInPieces(index, pieceBytes));
  return { number, index, dataEnd: end, indexEnd, whole: hasData };
}
