import { Low } from "lowdb";
import { AppError, coerceError } from "../../contract/errors.ts";
import { openArchive, type OpenedArchive } from "./archive.ts";
import { openDisk, setAside, type Disk } from "./disk.ts";
import { createEventWindow } from "./event-window.ts";
import { createJournaledStore, type JournaledStore } from "./journaled-store.ts";
import { openJournal, type Journal } from "./journal.ts";
import { acquireLock } from "./lock.ts";
import { createSnapshotAdapter } from "./snapshot-adapter.ts";
import { emptyState } from "./store-state.ts";
import type { FillableStore } from "./transfer.ts";

export interface LowdbStoreOptions {
  /** Told what a person should know of: what was mended at start, what could not be written. */
  readonly onWarning: (message: string) => void;
  /** Told of each write to the journal how many milliseconds it took, its fsync counted in. */
  readonly onWrite?: (ms: number) => void;
  /** A journal of this size is followed by a snapshot. @default 8 MiB */
  readonly compactAtBytes?: number;
  /** A file of the archive of this size gets a successor. @default 64 MiB */
  readonly segmentBytes?: number;
  /** Events kept at hand for `eventsAfter`. @default 20,000 */
  readonly eventWindow?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * The store that needs no set-up: lowdb over a journal, snapshots and an archive, in a folder that is made when missing.
 *
 * @throws AppError `unavailable` when another process has the folder, or when it cannot be read without losing jobs.
 */
export async function openLowdbStore(
  directory: string,
  options: LowdbStoreOptions,
): Promise<FillableStore> {
  try {
    return await openLocked(directory, options);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError(
      "unavailable",
      `The store's folder ${directory} cannot be used: ${coerceError(thrown).message}`,
      { cause: thrown },
    );
  }
}

async function openLocked(directory: string, options: LowdbStoreOptions): Promise<FillableStore> {
  const disk = await openDisk(directory);
  const release = await acquireLock(directory);
  try {
    const store = await openStoreOn(disk, options);
    return {
      ...store,
      async close() {
        try {
          await store.close();
        } finally {
          await release();
        }
      },
    };
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** As `openLowdbStore`, on a disk that nobody else writes to. */
export async function openStoreOn(disk: Disk, options: LowdbStoreOptions): Promise<JournaledStore> {
  const { onWarning, now = Date.now, segmentBytes = 64 * 1024 * 1024 } = options;
  const opened = await openArchive(disk, { segmentBytes, onWarning, now });
  try {
    return await openWithArchive(disk, opened, options);
  } catch (thrown) {
    await opened.archive.close();
    throw thrown;
  }
}

async function openWithArchive(
  disk: Disk,
  opened: OpenedArchive,
  options: LowdbStoreOptions,
): Promise<JournaledStore> {
  const { onWarning, now = Date.now, compactAtBytes = 8 * 1024 * 1024 } = options;
  const window = createEventWindow(options.eventWindow ?? 20_000);
  const adapter = createSnapshotAdapter(disk, opened, {
    onEvent: (event) => window.add(event),
    onWarning,
    now,
  });
  const low = new Low(adapter, emptyState());
  await low.read();
  window.continueAfter(low.data.lastSeq);
  const journal = timed(
    // Twice, since at once a snapshot usually follows, and with it a new journal anyway.
    await openJournal(disk, adapter.tail(), 2 * compactAtBytes),
    options.onWrite ?? (() => {}),
  );
  const { archive } = opened;
  const store = createJournaledStore(
    { low, adapter, archive, journal, window },
    { compactAtBytes, onWarning },
  );
  if (adapter.damaged().length > 0) {
    // Twice, so that the snapshot that is kept behind the newest does not need what is set aside either.
    await store.compact();
    await store.compact();
    for (const name of adapter.damaged()) await setAside(disk, name, now());
  }
  return store;
}

function timed(journal: Journal, onWrite: (ms: number) => void): Journal {
  return {
    ...journal,
    async write(lines) {
      const begun = performance.now();
      await journal.write(lines);
      onWrite(performance.now() - begun);
    },
  };
}
