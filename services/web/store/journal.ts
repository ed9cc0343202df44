import { AppError, coerceError } from "../../contract/errors.ts";
import { openAppendFile } from "./append-file.ts";
import { withFile, type Disk } from "./disk.ts";
import { eachCheckedLine } from "./line-file.ts";
import { Entry, readAs } from "./store-schema.ts";

/**
 * Changes in the order in which they were made, one a line. Journals are numbered; a snapshot names the one from which to
 * go on, and those before it can go.
 */
export interface Journal {
  /** Resolves when all lines are on disk; rejects when none of them counts. */
  write(lines: readonly string[]): Promise<void>;
  /** Goes on in a new journal and resolves to its number: for a snapshot, which makes those before it dispensable. */
  rotate(): Promise<number>;
  /** Of all journals since the last rotation. */
  bytes(): number;
  close(): Promise<void>;
}

export const journalName = (number: number): string =>
  `journal-${String(number).padStart(6, "0")}.ndjson`;
const journalPattern = /^journal-(\d{6,})\.ndjson$/;

/** Numbers of the journals that there are, in order. */
export function journalNumbers(names: readonly string[]): number[] {
  return names
    .flatMap((name) => journalPattern.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

export interface JournalEnd {
  /** 1-based numbers of damaged lines before the last good one. */
  readonly damaged: number[];
  /** Bytes that count. */
  readonly end: number;
  /** What follows: a write that was cut short. */
  readonly tail: Buffer;
}

/** Hands on each change of a journal, in order. */
export async function readJournal(
  disk: Disk,
  number: number,
  onEntry: (entry: Entry) => void,
): Promise<JournalEnd> {
  const name = journalName(number);
  const path = disk.path(name);
  let [lastLine, end] = [0, 0];
  const { damaged, size } = await eachCheckedLine(disk, name, (line) => {
    onEntry(readAs(Entry, line.data, path));
    lastLine = line.number;
    end = line.offset + line.length;
  });
  const tail =
    end === size
      ? Buffer.alloc(0)
      : await withFile(disk, name, (file) => file.read(end, size - end));
  return { damaged: damaged.filter((line) => line < lastLine), end, tail };
}

/** Where journals end. */
export interface JournalTail {
  readonly number: number;
  /** Bytes that count; null where the journal is to be made. */
  readonly end: number | null;
  /** Bytes of those before it that a restart would have to read again. */
  readonly before: number;
}

/**
 * Opens a journal to add to it.
 *
 * @param fileBytes a journal of this size gets a successor: removing a file of hundreds of MiB, as a burst of changes would
 * make it, keeps the disk from everything else for a tenth of a second.
 */
export async function openJournal(
  disk: Disk,
  tail: JournalTail,
  fileBytes: number,
): Promise<Journal> {
  let { number: current, before } = tail;
  let file = await (tail.end === null ? make(disk, current) : reopen(disk, current, tail.end));

  const goOn = async (): Promise<void> => {
    // Cuts off what a failed write may have left: nothing comes after it in this journal that would.
    await file.append([]);
    const next = await make(disk, current + 1);
    const full = file;
    file = next;
    current += 1;
    before += full.end();
    await full.close();
  };

  return {
    async write(lines) {
      try {
        if (file.end() >= fileBytes) await goOn();
        await file.append([Buffer.from(lines.join(""))]);
      } catch (thrown) {
        throw unavailable(
          `The change could not be written to ${disk.path(journalName(current))}`,
          thrown,
        );
      }
    },
    async rotate() {
      await goOn();
      before = 0;
      return current;
    },
    bytes: () => before + file.end(),
    close: () => file.close(),
  };
}

async function make(disk: Disk, number: number) {
  const file = await openAppendFile(await disk.open(journalName(number), "create"), 0);
  await disk.syncNames();
  return file;
}

async function reopen(disk: Disk, number: number, end: number) {
  const file = await openAppendFile(await disk.open(journalName(number), "existing"), end);
  await disk.syncNames();
  return file;
}

function unavailable(what: string, thrown: unknown): AppError {
  return new AppError(
    "unavailable",
    `${what}, so it was not made: ${coerceError(thrown).message}`,
    {
      cause: thrown,
      hint: "Make room on that disk or mend it, then try again. Nothing that was accepted before is lost.",
    },
  );
}
