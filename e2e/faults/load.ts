import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { JobEvents } from "../../services/contract/api.ts";
import type { Event } from "../../services/contract/event.ts";
import { Job } from "../../services/contract/job.ts";
import type { FaultCluster } from "./cluster.ts";
import type { Follower } from "./follower.ts";
import type { Seeded } from "./seeded.ts";
import type { Outcome } from "./verdict.ts";
import { differenceOf, type LoadKind } from "./workload.ts";

/** Instructions that are posted one after the other while things go wrong, and what came of each. */
export interface Load {
  /** Keys that were answered with success. */
  readonly accepted: () => number;
  /** Posts that got no answer and were posted again. */
  readonly unanswered: () => number;
  /** Posts no more, and resolves when everything accepted has ended and was looked at, or after `patienceMs`. */
  readonly finish: (patienceMs: number) => Promise<void>;
  /** What the record and the disk say now of each, and what the event stream had told before they were asked. */
  readonly outcomes: () => Promise<{ outcomes: Outcome[]; told: readonly Event[] }>;
}

interface Entry {
  readonly key: string;
  readonly kind: LoadKind;
  readonly destination: string;
  /** Files of somebody else in the destination: they must be left alone. */
  readonly others: readonly string[];
  /** Whether its output is left where it is: a long run, or a small disk, has no room for all. */
  readonly isKept: boolean;
  difference: string | null;
  isSeen: boolean;
}

export interface LoadOptions {
  readonly cluster: FaultCluster;
  readonly follower: Follower;
  readonly kinds: readonly LoadKind[];
  readonly random: Seeded;
  /** Jobs that are not settled, at most. */
  readonly atOnce: number;
  readonly submitters: readonly string[];
}

/** Output larger than this is removed once it was looked at. */
const keepBytes = 500_000;

/** Begins to post at once, and goes on until `finish`. */
export function startLoad(options: LoadOptions): Load {
  const { cluster, follower, random } = options;
  const entries = new Map<string, Entry>();
  const looking = new Set<Promise<void>>();
  let accepted = 0;
  let unanswered = 0;
  const ending = new AbortController();

  const open = (): number => [...entries.values()].filter(({ isSeen }) => !isSeen).length;

  const stop = follower.watch((event) => {
    const entry = event?.key === undefined ? undefined : entries.get(event.key ?? "");
    if (entry === undefined || event?.type !== "settled" || entry.isSeen) return;
    entry.isSeen = true;
    const look = lookAt(entry);
    looking.add(look);
    void look.finally(() => looking.delete(look));
  });

  const posting = (async () => {
    for (let n = 1; !ending.signal.aborted; n += 1) {
      while (open() >= options.atOnce && !ending.signal.aborted) await sleep(50);
      if (ending.signal.aborted) return;
      await submit(await prepare(n));
    }
  })();
  // Told by `finish`, which may be called long after.
  posting.catch(() => undefined);

  async function lookAt(entry: Entry): Promise<void> {
    entry.difference = await inspect(entry);
  }

  async function prepare(n: number): Promise<Entry> {
    const kind = random.weighted(options.kinds.map((one) => [weightOf(one), one] as const));
    const small = cluster.smallDisk !== null && kind.bytes < keepBytes && random.chance(20);
    const place = small ? (cluster.smallDisk ?? "") : join(cluster.dataDir, "loader");
    const key = `${kind.name}-${n}`;
    const destination = join(place, "digest", key);
    await mkdir(dirname(destination), { recursive: true });
    // Into a directory that is not empty, files are moved one by one.
    const others = random.chance(50) ? ["notes.txt"] : [];
    if (others.length > 0) await mkdir(destination);
    for (const name of others) await writeWhenThereIsRoom(join(destination, name));
    const isKept = !small && kind.bytes < keepBytes;
    return { key, kind, destination, others, isKept, difference: "not looked at", isSeen: false };
  }

  async function submit(entry: Entry): Promise<void> {
    const { key, kind, destination } = entry;
    const body = JSON.stringify({
      key,
      submittedBy: random.pick(options.submitters),
      ...kind.body(destination),
    });
    // Before it is posted, since the stream may tell of its end before the answer is here.
    entries.set(key, entry);
    for (let tries = 0; ; tries += 1) {
      const status = await post(cluster, body);
      // Of a post without an answer it is not known whether it was kept; one that was is there already.
      if (status === 201 || (tries > 0 && status === 409)) break;
      if (status !== null && status < 500) throw new Error(`${key} was answered ${status}`);
      unanswered += 1;
      await sleep(200);
    }
    accepted += 1;
  }

  /** What the record has there; null where it has nothing. The web service that is asked may have been killed just now. */
  async function kept<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await cluster.get(path, schema);
      } catch {
        if (tries === 60) return null;
        await sleep(250);
      }
    }
  }

  async function outcome(entry: Entry): Promise<Outcome> {
    const { key } = entry;
    const job = await kept(`/jobs/${key}`, Job);
    const events = (await kept(`/jobs/${key}/events`, JobEvents))?.events ?? [];
    const isLeft = entry.difference === null && (await hasChangedSince(entry));
    return { key, job, events, difference: isLeft ? "was written again later" : entry.difference };
  }

  return {
    accepted: () => accepted,
    unanswered: () => unanswered,
    async finish(patienceMs) {
      ending.abort();
      await posting;
      const deadline = Date.now() + patienceMs;
      while (open() > 0 && Date.now() < deadline) {
        await sleep(200);
      }
      await Promise.all(looking);
      stop();
    },
    async outcomes() {
      // A callback may be refused even now: what is told after the record is read cannot stand in what was read.
      const told = [...follower.told];
      const outcomes: Outcome[] = [];
      for (const entry of entries.values()) outcomes.push(await outcome(entry));
      return { outcomes, told };
    },
  };
}

/** Small ones often, large ones so that there is always something to be in the middle of. */
function weightOf({ bytes }: LoadKind): number {
  return bytes < keepBytes ? 4 : bytes < 20_000_000 ? 3 : 2;
}

/** The small disk may be full at this moment. */
async function writeWhenThereIsRoom(path: string): Promise<void> {
  for (;;) {
    try {
      return await writeFile(path, "of somebody else\n");
    } catch {
      await sleep(500);
    }
  }
}

/** The HTTP status; null when there was no answer. */
async function post({ url, headers }: FaultCluster, body: string): Promise<number | null> {
  try {
    const response = await fetch(`${url}/api/v1/instructions`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

/** Compares what stands in the destination with what has to; then makes room. */
async function inspect({ kind, destination, others, isKept }: Entry): Promise<string | null> {
  const difference = await differenceOf(kind, destination, others);
  if (difference !== null) return difference;
  if (!isKept) {
    for (const name of kind.expected.keys()) await rm(join(destination, name));
  }
  return null;
}

/** Whether anybody has written there after it was complete: an attempt that woke up too late, say. */
async function hasChangedSince(entry: Entry): Promise<boolean> {
  const { destination, others, isKept } = entry;
  if (isKept) return (await inspect(entry)) !== null;
  const names = await readdir(destination).catch(() => [...others]);
  return names.toSorted().join() !== [...others].toSorted().join();
}
