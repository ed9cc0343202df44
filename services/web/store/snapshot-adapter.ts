import type { Adapter } from "lowdb";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import { writeFresh } from "./append-file.ts";
import type { OpenedArchive } from "./archive.ts";
import { segmentNumbers } from "./archive-segment.ts";
import { decodeLine, encodeInPieces, isSound } from "./checked-lines.ts";
import { damagedName, setAside, withFile, type Disk } from "./disk.ts";
import { journalName, journalNumbers, readJournal, type JournalTail } from "./journal.ts";
import { eachCheckedLine, eachLine } from "./line-file.ts";
import {
  otherVersion,
  readAs,
  SnapshotHeader,
  SnapshotLine,
  storeVersion,
} from "./store-schema.ts";
import {
  applyEntry,
  dropJob,
  emptyState,
  nameAll,
  putJob,
  type StoreState,
} from "./store-state.ts";

/**
 * lowdb's adapter. `read` loads the snapshot and makes the changes that the journals tell of; `write` takes a snapshot. A
 * snapshot holds what is not in the archive, and the one before it is kept with all journals since.
 */
export interface SnapshotAdapter extends Adapter<StoreState> {
  read(): Promise<StoreState>;
  /** The journal to go on with. For after `read`. */
  tail(): JournalTail;
  /** Journals that were found damaged; the caller has a snapshot taken before they are set aside. */
  damaged(): readonly string[];
  /** Removes the journals that neither snapshot needs, but for the damaged ones. */
  prune(): Promise<void>;
  /** Size of the last snapshot. */
  bytes(): number;
}

const snapshotName = "snapshot.ndjson";
const backupName = "snapshot.ndjson.bak";
const pieceBytes = 64 * 1024;
/** Of journals that are not needed, more is not read again. */
const recallBytes = 8 * 1024 * 1024;

export interface SnapshotOptions {
  /** Told of each event that the journals still have, oldest first. */
  readonly onEvent: (event: Event) => void;
  readonly onWarning: (message: string) => void;
  readonly now: () => number;
}

export function createSnapshotAdapter(
  disk: Disk,
  { archive, jobs }: OpenedArchive,
  { onEvent, onWarning, now }: SnapshotOptions,
): SnapshotAdapter {
  /** The journals that the two snapshots name; null where there is no such snapshot. */
  const kept: { snapshot: number | null; backup: number | null } = { snapshot: null, backup: null };
  let tail: JournalTail = { number: 1, end: null, before: 0 };
  const damaged: string[] = [];
  let bytes = 0;

  const replay = async (state: StoreState, numbers: readonly number[]): Promise<void> => {
    let damagedLines = 0;
    for (const number of numbers) {
      const name = journalName(number);
      const content = await readJournal(disk, number, (entry) => {
        if (entry.entry > state.entry) entry.events?.forEach(onEvent);
        applyEntry(state, entry, archive);
      });
      if (content.tail.length > 0) await dropTail(name, content.tail);
      if (content.damaged.length > 0) {
        damaged.push(name);
        damagedLines += content.damaged.length;
        onWarning(
          `${disk.path(name)} is damaged in line ${content.damaged.join(", ")}: those changes are lost unless later ` +
            "ones repeat them; all others were kept. The file is set aside.",
        );
      }
      state.journal = number;
      tail = { number, end: content.end, before: tail.before + (tail.end ?? 0) };
    }
    if (damagedLines > 0) amend(state, damagedLines);
  };

  const dropTail = async (name: string, torn: Buffer): Promise<void> => {
    let message =
      `${disk.path(name)} ended within a change, as happens when a service is killed or power fails: the last ` +
      `${torn.length} bytes, which were never confirmed to anyone, were dropped.`;
    if (torn.includes("\n")) {
      // Power fails so, but so does a disk that has lost what it had confirmed: kept for who wants to look.
      const copy = damagedName(name, now());
      await writeFresh(disk, copy, [torn]);
      message += ` They are kept as ${disk.path(copy)}.`;
    }
    onWarning(message);
  };

  /** Looks at journals that only the backup needs, so that readers of events find more of the past. */
  const recall = async (numbers: readonly number[]): Promise<void> => {
    const recent: number[] = [];
    let size = 0;
    for (const number of numbers.toReversed()) {
      size += await withFile(disk, journalName(number), (file) => file.size());
      if (size > recallBytes) break;
      recent.unshift(number);
    }
    for (const number of recent) {
      await readJournal(disk, number, ({ events }) => events?.forEach(onEvent));
    }
  };

  /** Keeps numbers that damaged lines may have given from being given again, and jobs from waiting for what is lost. */
  const amend = (state: StoreState, damagedLines: number): void => {
    state.lastId += damagedLines;
    state.lastSeq += damagedLines * 100;
    for (const [id, hot] of state.hot) {
      const job = state.jobs.get(id);
      if (job?.hasInstruction !== true) continue;
      if (hot.instruction !== null || archive.hasInstruction(id)) continue;
      onWarning(`The instruction of job ${id}, ${job.key}, stood in a damaged line and is lost.`);
      putJob(state, { ...job, hasInstruction: false });
    }
  };

  return {
    async read() {
      const names = await disk.list();
      const numbers = journalNumbers(names);
      const main = await readSnapshot(disk, names, snapshotName);
      const backup = await readSnapshot(disk, names, backupName);
      const base = chosen(disk, names, main, backup);
      const state = await toState(disk, base, { archive, jobs });
      const from = base?.header.journal ?? 1;
      requireAll(disk, numbers, from, base !== null || numbers.length > 0);
      if (main === "damaged") {
        const aside = await setAside(disk, snapshotName, now());
        onWarning(
          `${disk.path(snapshotName)} is damaged and was set aside as ${aside}. Nothing is lost: all was read from the ` +
            "snapshot before it and the journals since.",
        );
      }
      if (backup === "damaged") {
        const aside = await setAside(disk, backupName, now());
        onWarning(`${disk.path(backupName)} is damaged and was set aside as ${aside}.`);
      }
      kept.snapshot = isWhole(main) ? main.header.journal : null;
      kept.backup = isWhole(backup) ? backup.header.journal : null;
      bytes = base?.bytes ?? 0;
      await recall(numbers.filter((number) => number < from));
      await replay(
        state,
        numbers.filter((number) => number >= from),
      );
      if (state.removed.size > 0) nameAll(state);
      return state;
    },

    async write(state) {
      const lines = toLines(state);
      const { journal } = state;
      bytes = await writeFresh(disk, snapshotName, encodeInPieces(lines, pieceBytes), async () => {
        if (kept.snapshot === null) return;
        await disk.rename(snapshotName, backupName);
        kept.backup = kept.snapshot;
        kept.snapshot = null;
      });
      kept.snapshot = journal;
    },

    async prune() {
      const needed = Math.min(kept.backup ?? 1, kept.snapshot ?? 1);
      const gone = journalNumbers(await disk.list()).filter((number) => number < needed);
      for (const name of gone.map(journalName)) {
        if (!damaged.includes(name)) await disk.remove(name);
      }
    },

    tail: () => tail,
    damaged: () => damaged,
    bytes: () => bytes,
  };
}

interface Snapshot {
  readonly name: string;
  readonly header: SnapshotHeader;
  readonly bytes: number;
}

type MaybeSnapshot = Snapshot | "missing" | "damaged";

function isWhole(snapshot: MaybeSnapshot): snapshot is Snapshot {
  return snapshot !== "missing" && snapshot !== "damaged";
}

async function readSnapshot(
  disk: Disk,
  names: readonly string[],
  name: string,
): Promise<MaybeSnapshot> {
  if (!names.includes(name)) return "missing";
  let first: Buffer | undefined;
  let [lines, sound] = [0, true];
  const { end, size } = await eachLine(disk, name, ({ number, bytes }) => {
    if (number === 1) first = Buffer.from(bytes);
    lines = number;
    sound &&= isSound(bytes);
  });
  if (first === undefined || !sound || end !== size) return "damaged";
  const path = disk.path(name);
  const data = decodeLine(first);
  const { version } = readAs(SnapshotHeader.pick({ version: true }), data, path);
  if (version !== storeVersion) {
    throw otherVersion(path, [`version ${version}, expected ${storeVersion}`]);
  }
  const header = readAs(SnapshotHeader, data, path);
  return lines === header.lines + 1 ? { name, header, bytes: size } : "damaged";
}

/** The snapshot to begin with; null to begin with the first journal. */
function chosen(
  disk: Disk,
  names: readonly string[],
  main: MaybeSnapshot,
  backup: MaybeSnapshot,
): Snapshot | null {
  if (isWhole(main)) return main;
  if (isWhole(backup)) return backup;
  const numbers = journalNumbers(names);
  const isNew = main === "missing" && backup === "missing" && segmentNumbers(names).length === 0;
  if (numbers[0] === 1 || (isNew && numbers.length === 0)) return null;
  throw cannotOpen(
    `${disk.path(snapshotName)} is ${main} and ${disk.path(backupName)} is ${backup}`,
  );
}

function requireAll(disk: Disk, numbers: readonly number[], from: number, expected: boolean): void {
  if (!expected) return;
  const last = Math.max(from, numbers.at(-1) ?? from);
  for (let number = from; number <= last; number++) {
    if (!numbers.includes(number)) throw cannotOpen(`${disk.path(journalName(number))} is missing`);
  }
}

function cannotOpen(why: string): AppError {
  return new AppError("unavailable", `The store cannot be opened without losing jobs: ${why}.`, {
    hint: "Restore that file, or the whole folder, from a backup. To begin with an empty store, move the folder away.",
  });
}

async function toState(
  disk: Disk,
  base: Snapshot | null,
  { archive, jobs }: OpenedArchive,
): Promise<StoreState> {
  const state = emptyState();
  for (const job of jobs.values()) putJob(state, job);
  if (base === null) return state;
  const { header } = base;
  state.journal = header.journal;
  state.entry = header.entry;
  state.lastId = Math.max(state.lastId, header.lastId);
  state.lastSeq = header.lastSeq;
  for (const { name, value } of header.settings) state.settings.set(name, value);
  for (const id of header.removed) dropJob(state, id, archive);
  const path = disk.path(base.name);
  await eachCheckedLine(disk, base.name, ({ number, data }) => {
    if (number === 1) return;
    const { id, entry, job, instruction, events } = readAs(SnapshotLine, data, path);
    if (entry <= archive.lastEntry(id)) return;
    if (job !== null) putJob(state, job);
    state.hot.set(id, {
      entry,
      changed: job !== null,
      instruction: archive.hasInstruction(id) ? null : instruction,
      events,
    });
  });
  return state;
}

function toLines(state: StoreState): [SnapshotHeader, ...SnapshotLine[]] {
  const lines = [...state.hot].map(([id, hot]): SnapshotLine => {
    return {
      id,
      entry: hot.entry,
      job: hot.changed ? (state.jobs.get(id) ?? null) : null,
      instruction: hot.instruction,
      events: [...hot.events],
    };
  });
  const header: SnapshotHeader = {
    version: storeVersion,
    journal: state.journal,
    entry: state.entry,
    lastId: state.lastId,
    lastSeq: state.lastSeq,
    lines: lines.length,
    settings: [...state.settings].map(([name, value]) => ({ name, value })),
    removed: [...state.removed],
  };
  return [header, ...lines];
}
