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
  /** Goes on in a new journal and resolves to its number. */
  rotate(): Promise<number>;
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

/**
 * Opens a journal to add to it.
 *
 * @param end bytes that count; null makes the journal.
 */
export async function openJournal(
  disk: Disk,
  number: number,
  end: number | null,
): Promise<Journal> {
  let current = number;
  let file = await (end === null ? make(disk, number) : reopen(disk, number, end));
  return {
    async write(lines) {
      try {
        await file.append([Buffer.from(lines.join(""))]);
      } catch (thrown) {
        throw unavailable(
          `The change could not be written to ${disk.path(journalName(current))}`,
          thrown,
        );
      }
    },
    async rotate() {
      // Cuts off what a failed write may have left: nothing comes after it in this journal that would.
      await file.append([]);
      const next = await make(disk, current + 1);
      const before = file;
      file = next;
      current += 1;
      await before.close();
      return current;
    },
    bytes: () => file.end(),
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
