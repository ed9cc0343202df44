import type { DigesterStatus } from "../../contract/digester.ts";
import { coerceError } from "../../contract/errors.ts";
import type { EventType } from "../../contract/event.ts";
import type { Log } from "../log.ts";
import type { DigesterEntry } from "./digester-entry.ts";
import { follow, pauseFor } from "./digester-follower.ts";
import type { KnownDigesters } from "./known-digesters.ts";
import type { RecordSync } from "./record-sync.ts";

/** Follows attached digesters: keeps what they say of themselves, and notices when they fall silent or begin a new life. */
export interface DigesterWatch {
  begin(entry: DigesterEntry): void;
  end(entry: DigesterEntry): Promise<void>;
  /** Ends following all. Who attaches from then on is followed by the next life of the service. */
  close(): Promise<void>;
}

export interface WatchDeps {
  readonly digesters: KnownDigesters;
  readonly sync: RecordSync;
  /** Keeps an event that concerns a digester as a whole. */
  readonly record: (type: EventType, id: string, details?: { message: string }) => Promise<void>;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds that no adjustment of the clock touches. */
  readonly monotonic: () => number;
  /** Milliseconds of silence after which a digester counts as lost. */
  readonly lostAfterMs: number;
  /** What a digester does has changed. */
  readonly onChange: () => void;
}

export function digesterWatch(deps: WatchDeps): DigesterWatch {
  const { digesters, sync, record, log, now, monotonic, lostAfterMs, onChange } = deps;
  let hasEnded = false;

  function begin(entry: DigesterEntry): void {
    if (hasEnded) return;
    const abort = new AbortController();
    entry.lastReached = monotonic();
    const ended = follow({
      client: entry.client,
      signal: abort.signal,
      now,
      pauseMs: () => pauseFor(digesters.all().length),
      onStatus: (status, askedAt) =>
        guarded(entry, abort.signal, () => heard(entry, status, askedAt)),
      onSilence: (problem) => guarded(entry, abort.signal, () => silent(entry, problem)),
    });
    entry.following = { abort, ended };
  }

  /** What goes wrong with our own record must not look like silence of the digester. */
  async function guarded(entry: DigesterEntry, signal: AbortSignal, work: () => Promise<void>) {
    if (signal.aborted) return;
    try {
      await work();
    } catch (thrown) {
      log.error({ err: coerceError(thrown), digester: entry.record.id }, "following a digester");
    }
  }

  async function heard(
    entry: DigesterEntry,
    status: DigesterStatus,
    askedAt: number,
  ): Promise<void> {
    const { id, boot, url } = entry.record;
    if (status.id !== id) {
      return silent(entry, `Another digester, ${status.id}, answers at ${url}.`);
    }
    const wasReached = entry.problem === null && entry.status !== null;
    const newLife = boot !== null && boot !== status.boot;
    Object.assign(entry, {
      status,
      problem: null,
      isLost: false,
      lastHeardAt: now(),
      lastReached: monotonic(),
    } satisfies Partial<DigesterEntry>);
    if (entry.record.lost && (await digesters.isFirstToTell(entry, false))) {
      await record("digester_found", id);
    }
    if (!wasReached || newLife || entry.regulators.length === 0) await learnRegulators(entry);
    await sync.settleDifferences({ digester: id, status, askedAt, newLife });
    if (boot !== status.boot) await digesters.update(entry, { boot: status.boot });
    onChange();
  }

  async function learnRegulators(entry: DigesterEntry): Promise<void> {
    try {
      entry.regulators = (await entry.client.regulator()).regulators;
    } catch (thrown) {
      log.warn(
        { err: coerceError(thrown), digester: entry.record.id },
        "asking for the regulators",
      );
    }
  }

  async function silent(entry: DigesterEntry, problem: string): Promise<void> {
    const { id } = entry.record;
    const isNews = entry.problem !== problem;
    entry.problem = problem;
    if (!entry.isLost && monotonic() - entry.lastReached >= lostAfterMs) {
      entry.isLost = true;
      // One that was never reached cannot be lost: it may be behind a wall, and ask for work itself.
      if (entry.status !== null && (await digesters.isFirstToTell(entry, true))) {
        await record("digester_lost", id, { message: problem });
      }
      await sync.putBack(id, `${id} is not reachable: ${problem}`);
    }
    if (isNews) onChange();
  }

  return {
    begin,
    end,
    async close() {
      hasEnded = true;
      await Promise.all(digesters.all().map(end));
    },
  };
}

/** Resolves once nothing of it is under way any more. */
async function end(entry: DigesterEntry): Promise<void> {
  const { following } = entry;
  entry.following = null;
  following?.abort.abort();
  await following?.ended;
}
