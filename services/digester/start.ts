import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { rm } from "node:fs/promises";
import { availableParallelism, hostname, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { AttachAnswer } from "../contract/digester.ts";
import { askingUrl } from "../contract/errand.ts";
import { coerceError } from "../contract/errors.ts";
import type { HandOver } from "../contract/hand-over.ts";
import { loadKernels } from "../digest/kernels/kernels.ts";
import { reachable, reachableHere } from "../gate/address.ts";
import { finishPublish, publish } from "../gate/publish.ts";
import { createHttpSend } from "../gate/http-client.ts";
import { listen } from "../gate/listen.ts";
import { createHttpServer, serverUrl, type TlsIdentity } from "../gate/tls.ts";
import { createApi } from "./api.ts";
import { createAttachment, type Attachment } from "./attachment.ts";
import { startAttempt } from "./attempt.ts";
import { openAttemptJournal } from "./attempt-journal.ts";
import { createDeliver } from "./callback-client.ts";
import type { Deliver } from "./delivery.ts";
import { openDigestHistory } from "./digest-history.ts";
import { startErrands, type Errands } from "./errands.ts";
import { idleFor } from "./idle-watch.ts";
import { openFetchSpace } from "./fetch-space.ts";
import { createLooker } from "./looker.ts";
import { createAskEarlierFiles } from "./earlier-loads.ts";
import { openIntake } from "./intake.ts";
import { createLeftovers } from "./leftovers.ts";
import { createDigesterMetrics } from "./metrics.ts";
import { createNode, takeable } from "./node.ts";
import { openOutbox } from "./outbox.ts";
import { createRecovery, keepRecovering, recoverFirst, restore } from "./recovery.ts";
import { openRegulatorFile } from "./regulator-file.ts";
import { createRevision } from "./revision.ts";
import { createScheduler } from "./scheduler.ts";
import { createSourceMeasure } from "./source-measure.ts";
import { digesterId, digesterToken, takeStateDir, type StateDir } from "./state-dir.ts";
import type { Publisher } from "../gate/staging.ts";
import { createWebAddresses } from "./web-addresses.ts";
import { createWebClient } from "./web-client.ts";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";

export interface DigesterOptions {
  /**
   * The web service to register with, others that keep the same record, and the token of their own API. Without it, others
   * call this digester directly.
   */
  readonly web?: {
    readonly url: string;
    readonly others?: readonly string[];
    readonly token: string;
  };
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** The address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** What it shows to those who connect; null: it speaks plain HTTP. @default null */
  readonly tls?: TlsIdentity | null;
  /** Where the web service reaches this digester, when that is not the address it listens on. */
  readonly advertiseUrl?: string;
  /** Nobody can reach it: it asks the web service for its work, and is deregistered when it ends. */
  readonly pull?: boolean;
  /** Milliseconds without anything under way after which `idle` resolves. @default never */
  readonly idleMs?: number;
  /**
   * It does not see the disks that instructions name: it fetches what it reads from the web service, at most so many bytes at
   * once, and returns what it writes. @default it sees them
   */
  readonly fetchBytes?: number;
  /** Jobs that run at once. */
  readonly workers: number;
  /** Processes isolate jobs from each other; under Electron only threads can be had. */
  readonly workerKind: "process" | "thread";
  /** The built worker script. */
  readonly workerPath: string;
  /** Directories below which it may read and write; null: those that the web service names, or no limit without one. */
  readonly dataRoots: readonly string[] | null;
  /** Where to keep state; null: the lowest free place for this web service in the user's data directory. */
  readonly stateDir: string | null;
  /** The name by which it is known; made and kept unless given. */
  readonly id?: string;
  /** What callers present; made and kept unless given. */
  readonly token?: string;
  readonly log: Logger;
  readonly version: string;
  /** Jobs that wait here at most. @default 1000 */
  readonly lineLimit?: number;
  /** What it is for, or has: jobs that ask for labels come to digesters only that carry all of them. @default [] */
  readonly labels?: readonly string[];
  /** When it must have handed back everything, in milliseconds since 1970: it takes nothing that would take longer. */
  readonly endsAt?: number;
  /** Whether it detaches itself when it ends: a node that does not come back. @default false */
  readonly leaves?: boolean;
  /** What is run with the files of a load of a crop, once they are published. @default nothing */
  readonly handOverOf?: (crop: string | null) => HandOver | null;
  /** GOBii databases that know what exists, by the crop in lower case, `""` for all others; else everything does. */
  readonly knownDatabases?: Readonly<Record<string, string>>;
  /** For tests: what stands in for the worker pool, the network, the clock. */
  readonly replace?: {
    readonly pool?: WorkerPool;
    readonly deliver?: Deliver;
    readonly publisher?: Publisher;
    readonly now?: () => number;
  };
}

export interface RunningDigester {
  readonly url: string;
  readonly id: string;
  /** What callers present. */
  readonly token: string;
  /** Resolves once it is registered with the web service; rejects when that refuses it. At once without one. */
  readonly attached: Promise<void>;
  /** Resolves once nothing has been under way for `idleMs`; it takes no more work then. */
  readonly idle: Promise<void>;
  /**
   * Ends within five seconds.
   *
   * @param handBack gives running jobs back to their callers, so that they start elsewhere at once; else they are left to
   * their leases. @default true
   * @param why in a few words, for the person whose job is handed back, e.g. a notice that the machine is taken away.
   */
  close(options?: { handBack?: boolean; why?: string }): Promise<void>;
}

/** Of the five seconds that ending may take, those for handing back. */
const HAND_BACK_MS = 3500;
/** And those for telling that a digester that nobody could reach is gone. */
const DETACH_MS = 700;
/** Silence after which a lease is renewed, until the web service says otherwise. */
const RENEW_MS = 5000;
/** By then all services of a record have heard of a digester that one of them took in. */
const CHECK_MS = 5000;

/** Starts the digester service. The same function serves the desktop, headless nodes and tests. */
export async function startDigester(options: DigesterOptions): Promise<RunningDigester> {
  const state = await takeStateDir(
    options.stateDir === null ? { webUrl: options.web?.url ?? "" } : { path: options.stateDir },
  );
  try {
    return await startIn(state, options);
  } catch (thrown) {
    await state.release();
    throw thrown;
  }
}

async function startIn(state: StateDir, options: DigesterOptions): Promise<RunningDigester> {
  const { web, host = "127.0.0.1", lineLimit = 1000, workers, labels = [] } = options;
  const now = options.replace?.now ?? Date.now;
  const httpSend = createHttpSend();
  const publisher = options.replace?.publisher ?? workersPublisher;
  const id = options.id ?? (await digesterId(state));
  const token = options.token ?? (await digesterToken(state));
  const log = options.log.child({ digester: id });
  const boot = randomUUID();
  const revision = createRevision();
  const ending = new AbortController();

  let onMoved: (() => void) | null = null;
  const addresses = createWebAddresses({
    urls: web === undefined ? [] : [web.url, ...(web.others ?? [])],
    httpSend,
    onMoved: () => onMoved?.(),
    log,
  });
  const deliver = options.replace?.deliver ?? createDeliver(httpSend, undefined, addresses.ask);
  const outbox = await openOutbox({ path: join(state.path, "outbox.ndjson"), deliver, log });
  onMoved = outbox.tryNow;
  const intake = await openIntake(join(state.path, "intake"));
  const { journal, left } = await openAttemptJournal(join(state.path, "attempts.ndjson"));
  const leftovers = createLeftovers({ journal, log });
  const metrics = createDigesterMetrics();
  const history = await openDigestHistory(join(state.path, "history.json"), log);
  const regulatorFile = await openRegulatorFile(join(state.path, "regulator.json"), log);
  const recovery = createRecovery(left, { journal, deliver, outbox, publisher, log });
  const recover = (): Promise<void> => recoverFirst(recovery, outbox);
  await recover();
  const fetchDir = join(state.path, "fetched");
  const fetchSpace =
    options.fetchBytes === undefined ? null : await openFetchSpace(fetchDir, options.fetchBytes);
  void keepRecovering(recovery, ending.signal);

  let answer: AttachAnswer | null = null;
  let attachment: Attachment | null = null;
  const client = web === undefined ? null : createWebClient(addresses, web.token, log);
  const dataRoots = (): readonly string[] => options.dataRoots ?? answer?.dataRoots ?? [];
  const pool =
    options.replace?.pool ??
    createWorkerPool({
      workerPath: options.workerPath,
      kind: options.workerKind,
      workers,
      log,
      onRestart: metrics.workerRestarted,
    });
  const looker = createLooker({ workerPath: options.workerPath, kind: options.workerKind, log });
  const context = {
    digester: id,
    knownDatabase: (crop: string | null): string | null => {
      const databases = options.knownDatabases ?? {};
      return databases[crop?.toLowerCase() ?? ""] ?? databases[""] ?? null;
    },
    earlierFiles: createAskEarlierFiles(httpSend, addresses.ask),
    deliver,
    outbox,
    journal,
    leftovers,
    intake,
    pool,
    publisher,
    ...(options.handOverOf === undefined ? {} : { handOverOf: options.handOverOf }),
    fetching:
      fetchSpace === null
        ? null
        : { space: fetchSpace, askTarget: addresses.ask, onBytes: metrics.bytesMoved },
    dataRoots,
    renewMs: () => answer?.renewMs ?? RENEW_MS,
    now,
    log,
    onChange: revision.bump,
  };
  const scheduler = createScheduler({
    digester: id,
    workers,
    lineLimit,
    regulator: regulatorFile.choice,
    machine: {
      memoryBytes: totalmem(),
      cores: availableParallelism(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
    history: {
      ...history,
      add: (digested) => {
        history.add(digested);
        metrics.attemptEnded(digested);
      },
    },
    measure: createSourceMeasure(),
    ...(options.endsAt === undefined ? {} : { endsAt: options.endsAt }),
    intake,
    keepsRecord: (url) => url === answer?.callback.url,
    start: (dispatch, { sourceBytes }) => {
      const attempt = startAttempt(dispatch, context, sourceBytes !== null);
      // Whether what it has fetched is of any more use, the unsettled jobs tell.
      if (fetchSpace !== null) {
        void attempt.ended.then(({ kind }) => kind === "dropped" && attachment?.askAgain());
      }
      return attempt;
    },
    now,
    log,
    onChange: revision.bump,
  });
  const stopMeasuring = metrics.watch(() => {
    const { running, waiting } = scheduler.view(null);
    return { running: running.length, waiting: waiting.length, outbox: outbox.size() };
  });
  const node = createNode({
    about: {
      id,
      boot,
      version: options.version,
      host: hostname(),
      pid: process.pid,
      startedAt: new Date(now()).toISOString(),
      workers,
      lineLimit,
      labels: [...labels],
      ...(options.endsAt === undefined ? {} : { endsAt: new Date(options.endsAt).toISOString() }),
      fetches: options.fetchBytes !== undefined,
    },
    scheduler,
    looker,
    knownDatabase: context.knownDatabase,
    outbox,
    revision,
    dataRoots,
    keeper: () => answer?.callback.url ?? null,
    keepRegulator: regulatorFile.write,
    isReady: () => web === undefined || answer !== null,
    onPolled: () => attachment?.polled(),
    onUndrained: () => attachment?.askAgain(),
    callerOf: addresses.callerOf,
    nameOf: addresses.nameOf,
    log,
  });

  const names = options.advertiseUrl === undefined ? [] : [new URL(options.advertiseUrl).hostname];
  const tls = options.tls ?? null;
  const api = createApi(node, { token, names: [host, ...names], log, metrics });
  const server = createHttpServer(tls, api);
  let port: number;
  try {
    await restore(intake, outbox, scheduler.accept, log);
    port = await listen(server, options.port ?? 0, host, (thrown) => {
      log.error({ err: thrown }, "The server of the digester");
    });
  } catch (thrown) {
    ending.abort();
    await Promise.all([pool.close(), outbox.close()]);
    throw thrown;
  }
  const url = serverUrl(tls, host, port);
  log.info({ url, workers, state: state.path }, "The digester listens");
  if (loadKernels() === null) {
    log.warn(
      "This Node has no SIMD instructions of WebAssembly; matrices take two to three times as long",
    );
  }

  const asks = options.pull === true;
  const reachedAt = options.advertiseUrl ?? serverUrl(tls, reachable(host), port);
  let errands: Errands | null = null;
  if (client !== null) {
    attachment = createAttachment({
      client,
      self: { id, boot, token, url: asks ? askingUrl(hostname()) : reachedAt },
      prepare: recover,
      onAttached: (given) => {
        answer = given;
        if (asks && !ending.signal.aborted) {
          errands?.close();
          const own = { url: serverUrl(tls, reachableHere(host), port), token };
          errands = startErrands({ target: given.callback, own, log, askTarget: addresses.ask });
        }
        outbox.renewToken(given.callback.url, given.callback.token);
        outbox.tryNow();
        scheduler.callerAnswers(given.callback.url);
        revision.bump();
      },
      onUnsettled: async ({ callback }, dispatches, askedAt) => {
        if (dispatches.length < lineLimit) await fetchSpace?.keepOnly(dispatches);
        scheduler.adopt(callback.url, await takeable(dispatches, dataRoots(), log), askedAt);
      },
      now,
      log,
      lineLimit,
      labels,
    });
  }
  onMoved = () => {
    outbox.tryNow();
    if (answer !== null) scheduler.callerAnswers(answer.callback.url);
    attachment?.askAgain();
  };
  const attached = (attachment?.attached ?? Promise.resolve()).then(() => undefined);
  void attached
    .then(() => sleep(CHECK_MS, undefined, { ref: false, signal: ending.signal }))
    .then(addresses.check)
    .catch(() => undefined);
  attached.catch(() => undefined);

  const close = async (handBack: boolean, why: string | undefined): Promise<void> => {
    const deadline = AbortSignal.timeout(HAND_BACK_MS);
    // Every attempt that is handed back listens for it.
    setMaxListeners(0, deadline);
    ending.abort();
    stopMeasuring();
    leftovers.close();
    attachment?.close();
    scheduler.drain(true);
    const ended = scheduler.close({
      kind: "closing",
      why: [`${id} is shutting down.`, why].filter(Boolean).join(" "),
      report: handBack,
      deadline,
    });
    await Promise.race([ended, aborted(deadline)]);
    if (handBack) await outbox.flushed(AbortSignal.any([deadline, AbortSignal.timeout(500)]));
    errands?.close();
    if ((asks || options.leaves === true) && answer !== null) {
      await Promise.race([leave(why ?? "It has ended in good order."), sleep(DETACH_MS)]);
    }
    revision.close();
    server.close();
    server.closeIdleConnections();
    await Promise.race([Promise.all([pool.close(), looker.close()]), sleep(1000)]);
    await outbox.close();
    await Promise.all([journal.close(), history.close()]);
    server.closeAllConnections();
    if (options.leaves === true) await rm(fetchDir, { recursive: true, force: true });
    await state.release();
    log.info("The digester has ended");
  };
  let closed: Promise<void> | null = null;

  /** Nobody could reach it before, so nobody would tell one that has ended from one that is slow. */
  const leave = async (words: string): Promise<void> => {
    await client?.detach(id, words).catch((thrown: unknown) => {
      log.warn({ why: coerceError(thrown).message }, "The web service was not told of the end");
    });
  };
  const { idleMs } = options;
  const idle =
    idleMs === undefined
      ? new Promise<void>(() => undefined)
      : idleFor({
          idleMs,
          isBusy: () => {
            const { running, waiting } = scheduler.view(null);
            return running.length > 0 || waiting.length > 0 || outbox.size() > 0;
          },
          revision: revision.current,
          drain: scheduler.drain,
          now: () => performance.now(),
          signal: ending.signal,
        });

  return {
    url,
    id,
    token,
    attached,
    idle,
    close: ({ handBack = true, why } = {}) => (closed ??= close(handBack, why)),
  };
}

/** A worker brings its files to disk before it answers. */
const workersPublisher: Publisher = {
  publish: (staging, destination) => publish(staging, destination, true),
  finishPublish,
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
