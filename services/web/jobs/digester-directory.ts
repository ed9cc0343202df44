import type {
  AttachAnswer,
  AttachedDigester,
  AttachRequest,
  CallbackTarget,
} from "../../contract/digester.ts";
import { coerceError } from "../../contract/errors.ts";
import type { EventType } from "../../contract/event.ts";
import type { HttpSend } from "../../gate/http-client.ts";
import type { Log } from "../log.ts";
import { digesterClient, type DigesterClient } from "./digester-client.ts";
import {
  callbackOf,
  isSameAttachment,
  toAttached,
  toCandidate,
  type DigesterEntry,
} from "./digester-entry.ts";
import {
  changeDigester,
  forgetDigester,
  loadDigesters,
  newToken,
  type DigesterRecord,
} from "./digester-record.ts";
import { digesterWatch } from "./digester-watch.ts";
import type { JobRecord } from "./job-record.ts";
import { knownDigesters, type KnownDigestersDeps } from "./known-digesters.ts";
import type { Candidate } from "./placement.ts";
import { recordSync } from "./record-sync.ts";
import type { RetryPolicy } from "./retries.ts";
import { httpTransport } from "./transport.ts";
import { createTurns } from "./turns.ts";

/** The attached digesters: who they are, what they do, whether they can be reached. */
export interface DigesterDirectory {
  /** Begins to follow the digesters that were attached before. */
  start(): Promise<void>;
  /**
   * Attaches a digester, or learns the new address and life of one that is attached.
   *
   * @param callbackUrl the base where this digester reaches the callback API.
   * @throws AppError `upstream_failed` when a person attaches one that cannot be reached.
   */
  attach(
    request: AttachRequest,
    callbackUrl: string,
  ): Promise<{ isNew: boolean; answer: AttachAnswer }>;
  /** Puts its waiting jobs back in line; what runs there may run to its end. */
  detach(id: string, why?: string): Promise<void>;
  /** Whoever watches its node says that it is gone: it is lost at once, and not only after a silence. */
  lose(id: string, why?: string): Promise<void>;
  list(): AttachedDigester[];
  /** @throws AppError `not_found`. */
  get(id: string): AttachedDigester;
  /** @throws AppError `not_found`. */
  client(id: string): DigesterClient;
  /** @throws AppError `not_found`. */
  callbackOf(id: string): CallbackTarget;
  candidates(): Candidate[];
  /** Whose callback token this is. */
  ofToken(token: string): { id: string; detached: boolean } | null;
  /** A callback came from it. */
  heardFrom(id: string): void;
  /** It asks this service for its work: others on the record send what they have for it here. */
  askedHere(id: string): Promise<void>;
  /** Takes a job out of its line, or stops it, as soon as it can be told. */
  remove(id: string, job: number): void;
  /** Settles when everything that `remove` was asked for has been tried. */
  removalsOf(id: string): Promise<void>;
  /** Keeps an event that concerns a digester as a whole. */
  record(type: EventType, id: string, details?: { message?: string; by?: string }): Promise<void>;
  stop(): Promise<void>;
}

export interface DirectoryDeps extends KnownDigestersDeps {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly dataRoots: readonly string[];
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly retries: RetryPolicy;
  /** Whether a callback address that was remembered is still ours; else `callbackUrl` takes its place. */
  readonly isOurs: (callbackUrl: string) => boolean;
  readonly callbackUrl: string;
  readonly httpSend: HttpSend;
  /** Where others on the record reach this service. */
  readonly ownUrl: string;
  /** The list, or what a digester does, has changed. */
  readonly onChange: () => void;
  /** A volatile field of a job has changed. */
  readonly onTouch: (job: JobRecord) => void;
}

export function digesterDirectory(deps: DirectoryDeps): DigesterDirectory {
  const { store, log, now, onChange, ownUrl } = deps;
  const digesters = knownDigesters(deps);
  /** What changes the list is done one after the other. */
  const turns = createTurns();
  const oneAtATime = <T>(work: () => Promise<T>): Promise<T> => turns.take("list", work);
  /** By digester. */
  const removals = createTurns();
  let refreshing: NodeJS.Timeout | undefined;
  let unsubscribe: (() => void) | null = null;
  const sync = recordSync(deps);
  const watch = digesterWatch({
    digesters,
    sync,
    record,
    log,
    now,
    monotonic: deps.monotonic,
    lostAfterMs: deps.renewMs * 2,
    onChange,
  });

  async function record(
    type: EventType,
    id: string,
    details: { message?: string; by?: string } = {},
  ): Promise<void> {
    const about = { job: null, key: null, attempt: null, digester: id };
    await store.record({ type, at: now(), ...about, ...details });
    onChange();
  }

  /** Brings in what other services on the record have changed of the digesters. */
  async function refresh(): Promise<void> {
    for (const stored of await loadDigesters(store)) {
      const known = digesters.find(stored.id);
      const callbackUrl = known?.record.callbackUrl ?? ourCallbackUrl(stored);
      const isSame = known !== undefined && isSameAttachment(known.record, stored);
      if (known !== undefined && !isSame) await watch.end(known);
      const entry = digesters.remember({ ...stored, callbackUrl });
      if (isSame) continue;
      if (stored.detached) Object.assign(entry, { status: null, problem: null });
      else watch.begin(entry);
      onChange();
    }
  }

  const refreshSafely = (): void => {
    oneAtATime(refresh).catch((thrown: unknown) => {
      log.warn({ err: coerceError(thrown) }, "looking for digesters of other services");
    });
  };

  /** Where this service is reached, whatever others on the record are called. */
  const ourCallbackUrl = ({ callbackUrl }: DigesterRecord): string =>
    deps.isOurs(callbackUrl) ? callbackUrl : deps.callbackUrl;

  async function attach(
    request: AttachRequest,
    callbackUrl: string,
    id: string,
    boot: string | null,
  ): Promise<{ isNew: boolean; answer: AttachAnswer }> {
    if (store.isShared) await refresh();
    const known = digesters.find(id);
    const before = known?.record;
    const isNew = before === undefined || before.detached;
    const newLife = before !== undefined && boot !== null && before.boot !== boot;
    if (known !== undefined) await watch.end(known);
    if (newLife) {
      const jobs = await store.unsettled();
      const lost = jobs.filter((job) => job.status === "in_progress" && job.digester === id);
      await sync.loseAll(lost, `${id} was started anew.`);
    }
    const made = newToken();
    const attachedAt = now();
    const stored = await changeDigester(store, id, (current) => ({
      id,
      url: request.url,
      token: request.token,
      callbackToken: current?.callbackToken ?? made,
      callbackUrl,
      attachedAt: current === null || current.detached ? attachedAt : current.attachedAt,
      boot: boot ?? current?.boot ?? null,
      detached: false,
      lost: current?.lost ?? false,
      askedAt: current?.askedAt ?? null,
    }));
    const entry = digesters.remember(stored);
    if (newLife) entry.status = null;
    entry.problem = null;
    entry.isLost = false;
    if (isNew) await record("digester_attached", id, { message: request.url });
    watch.begin(entry);
    onChange();
    const { leaseMs, renewMs } = deps;
    const dataRoots = [...deps.dataRoots];
    return { isNew, answer: { id, callback: callbackOf(stored), dataRoots, leaseMs, renewMs } };
  }

  async function lose(id: string, why?: string): Promise<void> {
    const entry = digesters.get(id);
    if (entry.status === null || !(await digesters.isFirstToTell(entry, true))) return;
    entry.isLost = true;
    await record("digester_lost", id, why === undefined ? {} : { message: why });
  }

  async function detach(id: string, why?: string): Promise<void> {
    const entry = digesters.get(id);
    await watch.end(entry);
    await digesters.update(entry, { detached: true });
    entry.status = null;
    entry.problem = null;
    await record("digester_detached", id, why === undefined ? {} : { message: why });
    await sync.putBack(id, `${id} was detached.`);
  }

  async function removeNow({ client, record: { id, callbackUrl } }: DigesterEntry, job: number) {
    try {
      await client.remove(job, callbackUrl);
    } catch (thrown) {
      // It learns the same from the answer to its next callback.
      log.warn({ job, digester: id, err: coerceError(thrown) }, "telling a digester to stop");
    }
  }

  return {
    async start() {
      const running = new Set((await store.unsettled()).map((job) => job.digester));
      for (const stored of await loadDigesters(store)) {
        if (stored.detached && !running.has(stored.id)) {
          await forgetDigester(store, stored.id);
          continue;
        }
        const entry = digesters.remember({ ...stored, callbackUrl: ourCallbackUrl(stored) });
        if (!stored.detached) watch.begin(entry);
      }
      if (store.isShared) {
        refreshing = setInterval(refreshSafely, refreshMs);
        unsubscribe = store.subscribe(({ type }) => {
          if (type === "digester_attached" || type === "digester_detached") refreshSafely();
        });
      }
    },

    attach: async (request, callbackUrl) => {
      const { id, boot } = await identify(deps.httpSend, request);
      return oneAtATime(() => attach(request, callbackUrl, id, boot));
    },
    detach: (id, why) => oneAtATime(() => detach(id, why)),
    lose: (id, why) => oneAtATime(() => lose(id, why)),

    list: () => digesters.attached().map(toAttached),
    get: (id) => toAttached(digesters.get(id)),
    client: (id) => digesters.get(id).client,
    callbackOf: (id) => callbackOf(digesters.get(id).record),
    candidates: () => digesters.attached().map(toCandidate),

    ofToken(token) {
      const entry = digesters.ofToken(token);
      return entry === undefined ? null : { id: entry.record.id, detached: entry.record.detached };
    },

    heardFrom(id) {
      const entry = digesters.find(id);
      if (entry !== undefined) entry.lastHeardAt = now();
    },

    async askedHere(id) {
      const entry = digesters.find(id);
      if (!store.isShared || entry === undefined || entry.record.askedAt === ownUrl) return;
      await oneAtATime(() => digesters.update(entry, { askedAt: ownUrl }));
    },

    remove(id, job) {
      const entry = digesters.find(id);
      if (entry !== undefined) void removals.take(id, () => removeNow(entry, job));
    },
    removalsOf: (id) => removals.take(id, async () => undefined),
    record,

    async stop() {
      clearInterval(refreshing);
      unsubscribe?.();
      await Promise.all([watch.close(), turns.idle()]);
    },
  };
}

/** What another service on the record attaches without an event that tells of it is known after so long. */
const refreshMs = 2000;

/** A digester that attaches itself says who it is; of any other it is asked. */
async function identify(
  httpSend: HttpSend,
  request: AttachRequest,
): Promise<{ id: string; boot: string | null }> {
  if (request.id !== undefined) return { id: request.id, boot: request.boot ?? null };
  const client = digesterClient(request, httpTransport(httpSend, request));
  const { id, boot } = await client.status(null, new AbortController().signal);
  return { id, boot };
}
