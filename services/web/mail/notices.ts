import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { coerceError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import type { Crop } from "../crop.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { Log } from "../log.ts";
import { jobPages } from "../store/job-pages.ts";
import type { Store } from "../store/store.ts";
import { inputFileOf } from "./input-file.ts";
import { mailMessage } from "./mail-message.ts";
import type { Mailer } from "./mailer.ts";

/** Tells the contact of each load, by mail, how an attempt of it ended. */
export interface Notices {
  /** Stops after the mail that is under way. What is left is sent after the next start. */
  stop(): Promise<void>;
}

export interface NoticesDeps {
  readonly store: Store;
  readonly crops: readonly Crop[];
  readonly mailer: Mailer;
  /** Where people reach the console, without a final slash. */
  readonly consoleUrl: string;
  readonly log: Pick<Log, "info" | "warn">;
  /** Waits between the tries of one mail, in milliseconds. @default 5 s, 30 s, 2 min, 10 min */
  readonly waitsMs?: readonly number[];
}

const seenSetting = "mail-seen";
const pendingPrefix = "mail-pending/";
const page = 500;
/** So long a mail that is under way may hold up the end. */
const stopMs = 3000;

/** An ended attempt whose mail is to be sent. `settledAt` in milliseconds since 1970. */
const Ended = z.object({
  job: z.number(),
  attempt: z.number(),
  status: z.enum(["completed", "failed", "aborted"]),
  settledAt: z.number(),
});
type Ended = z.infer<typeof Ended>;

/** How far the record was looked through: everything before `at`, and at that very time those that are named. */
const Seen = z.object({ at: z.number(), names: z.array(z.string()) });
type Seen = z.infer<typeof Seen>;

/**
 * Each ended attempt is first noted as pending, then counted as seen, then sent and struck off: a service that is killed
 * anywhere in between sends it after its next start. Only one that is killed between the mail server's answer and striking
 * off sends it twice.
 *
 * A mail that cannot be sent is tried again a few times and then given up; the job knows nothing of it.
 */
export async function startNotices(deps: NoticesDeps): Promise<Notices> {
  const { store, log, waitsMs = [5000, 30_000, 120_000, 600_000] } = deps;
  const ending = new AbortController();
  let seen = await firstSeen(store);
  let noting: Promise<void> = Promise.resolve();
  let line: Promise<void> = Promise.resolve();
  /** What the look at the record found, and the newest event of that time: what comes later is news. */
  const found = new Set<string>();
  let lookedTo = Infinity;
  const waiting = new Set<Promise<void>>();

  /** One mail after the other; those that wait for another try do not hold up the rest. */
  function enqueue(ended: Ended, tried = 0): void {
    line = deliver(line, ended, tried);
  }

  async function deliver(before: Promise<void>, ended: Ended, tried: number): Promise<void> {
    await before;
    if (ending.signal.aborted) return;
    const wait = await send(ended, tried);
    if (wait !== null) return enqueueLater(wait, ended, tried + 1);
    try {
      await store.setSetting(settingOf(ended), undefined);
    } catch (thrown) {
      log.warn({ err: coerceError(thrown) }, "mail not struck off");
    }
  }

  function enqueueLater(wait: number, ended: Ended, tried: number): void {
    const later = sleep(wait, undefined, { ref: false, signal: ending.signal }).then(
      () => enqueue(ended, tried),
      () => undefined,
    );
    waiting.add(later);
    void later.finally(() => waiting.delete(later));
  }

  /** Returns how long to wait before another try; null when there is none to be made. */
  async function send(ended: Ended, tried: number): Promise<number | null> {
    try {
      await sendNotice(deps, ended);
      return null;
    } catch (thrown) {
      const wait = waitsMs[tried] ?? null;
      const said = { job: ended.job, err: coerceError(thrown) };
      log.warn(said, wait === null ? "mail given up" : "mail not sent, to be tried again");
      return wait;
    }
  }

  async function note(ended: Ended): Promise<void> {
    await store.setSetting(settingOf(ended), ended);
    seen = withSeen(seen, ended);
    await store.setSetting(seenSetting, seen);
    enqueue(ended);
  }

  const noteInOrder = (work: () => Promise<void>): void => {
    noting = noting
      .then(work)
      .catch((thrown: unknown) => log.warn({ err: coerceError(thrown) }, "mail not noted"));
  };

  for (const { name, value } of await store.settings(pendingPrefix)) {
    const left = Ended.safeParse(value);
    if (left.success) enqueue(left.data);
    else await store.setSetting(name, undefined);
  }
  const unsubscribe = store.subscribe((event) => {
    const ended = endedBy(event);
    if (ended === null) return;
    noteInOrder(async () => {
      if (event.seq > lookedTo || !found.has(nameOf(ended))) await note(ended);
    });
  });
  // What ended before this process began to listen.
  noteInOrder(async () => {
    for (const ended of await endedSince(store, seen.at)) {
      if (isSeen(seen, ended)) continue;
      found.add(nameOf(ended));
      await note(ended);
    }
    lookedTo = await store.lastSeq();
  });

  return {
    async stop() {
      unsubscribe();
      await noting;
      ending.abort();
      await Promise.race([
        Promise.all([line, ...waiting]),
        sleep(stopMs, undefined, { ref: false }),
      ]);
      deps.mailer.close();
    },
  };
}

/** Where mail is switched on for the first time, what ended before is the past. */
async function firstSeen(store: Store): Promise<Seen> {
  const known = Seen.safeParse(await store.setting(seenSetting));
  if (known.success) return known.data;
  const [newest] = await endedSince(store, 0, 1);
  const seen = { at: newest === undefined ? 0 : newest.settledAt + 1, names: [] };
  await store.setSetting(seenSetting, seen);
  return seen;
}

const nameOf = ({ job, attempt, settledAt }: Ended): string => `${job}-${attempt}-${settledAt}`;
const settingOf = (ended: Ended): string => pendingPrefix + nameOf(ended);

function isSeen(seen: Seen, ended: Ended): boolean {
  return (
    ended.settledAt < seen.at || (ended.settledAt === seen.at && seen.names.includes(nameOf(ended)))
  );
}

function withSeen(seen: Seen, ended: Ended): Seen {
  // A clock that was set back.
  if (ended.settledAt < seen.at) return seen;
  const before = ended.settledAt === seen.at ? seen.names : [];
  return { at: ended.settledAt, names: [...before, nameOf(ended)] };
}

function endedBy({ type, job, attempt, status, at }: Event): Ended | null {
  if (type !== "settled" || job === null) return null;
  const read = Ended.safeParse({ job, attempt: attempt ?? 0, status, settledAt: Date.parse(at) });
  return read.success ? read.data : null;
}

/** Jobs that ended at a time or after it, oldest first; with a limit, the newest of them. */
async function endedSince(store: Store, time: number, limit = Infinity): Promise<Ended[]> {
  const found: Ended[] = [];
  const ended = jobPages(store, {
    statuses: ["completed", "failed", "aborted"],
    sort: "-updatedAt",
    limit: Math.min(page, limit),
  });
  for await (const { jobs } of ended) {
    for (const job of jobs) {
      if (job.updatedAt < time || found.length >= limit) return found.toReversed();
      const read = Ended.safeParse({ ...job, job: job.id });
      if (read.success && read.data.settledAt >= time) found.push(read.data);
    }
  }
  return found.toReversed();
}

async function sendNotice(deps: NoticesDeps, ended: Ended): Promise<void> {
  const { store, crops, mailer, consoleUrl, log } = deps;
  const job = await store.job(ended.job);
  const instruction = job === null ? null : await store.instruction(job.id);
  // A job that was made without an instruction belongs to the client that ended it.
  if (job === null || instruction === null) return;
  const to = recipientsOf(instruction, crops, job);
  if (to.length === 0) return;
  const message = mailMessage({
    job: asItEnded(job, ended),
    instruction,
    inputFile: await inputFileOf(instruction),
    link: `${consoleUrl}/jobs/${job.id}`,
  });
  await mailer.send(to, message);
  log.info({ job: job.id, attempt: ended.attempt }, "mail sent");
}

/** A job that was requeued meanwhile shows its newer attempt; of the older one only the end is known. */
function asItEnded(job: JobRecord, { attempt, status, settledAt }: Ended): JobRecord {
  if (job.settledAt === settledAt && job.status === status) return job;
  return { ...job, attempt, status, result: null, startedAt: null, settledAt, reason: null };
}

const address = /^[^\s@,;<>"]{1,64}@[^\s@,;<>"]{1,253}$/;
const mostRecipients = 10;

function recipientsOf(
  instruction: StoredInstruction,
  crops: readonly Crop[],
  job: JobRecord,
): string[] {
  const named =
    instruction.shape === "procedure"
      ? [instruction.procedure.metadata.contactEmail]
      : instruction.instructions.map((one) => one.contactEmail);
  const given = named.find((email) => email !== null && email.trim() !== "");
  const fallback = crops.find((crop) => crop.name === job.crop)?.defaults?.contactEmail;
  return (given ?? fallback ?? "")
    .split(/[,;\s]+/)
    .filter((email) => address.test(email))
    .slice(0, mostRecipients);
}
