import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { isAskingUrl } from "../contract/errand.ts";
import { AppError } from "../contract/errors.ts";
import { createHttpSend } from "../gate/http-client.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { realPathOfDeepest } from "../gate/paths.ts";
import { systemWords } from "../contract/system-words.ts";
import type { TlsIdentity } from "../gate/tls.ts";
import { createApp } from "./app.ts";
import { openJobFiles } from "./callback/job-files.ts";
import { defaultCrop, type Crop } from "./crop.ts";
import { createEventStream } from "./event-stream.ts";
import type { MailConfiguration } from "./configuration-file.ts";
import { gobiiSessions } from "./gobii-sessions.ts";
import { removeHalfUploads } from "./gobii/upload.ts";
import { isLoopback } from "./http/guards.ts";
import { firstGobiiUser, ownToken } from "./identity.ts";
import { clusterBook } from "./jobs/cluster-book.ts";
import { digesterDirectory } from "./jobs/digester-directory.ts";
import { leadOrWait } from "./leadership.ts";
import { createMailboxes } from "./jobs/mailboxes.ts";
import { relayedTransport } from "./jobs/relay.ts";
import { httpTransport } from "./jobs/transport.ts";
import { leaseKeeper } from "./jobs/lease-keeper.ts";
import { createPlacer } from "./jobs/placer.ts";
import { keepAll, keepsAll, startRetention, type RetentionPolicy } from "./jobs/retention.ts";
import { createUndoLog } from "./jobs/undo-log.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./jobs/retries.ts";
import { keepStatistics } from "./jobs/statistics.ts";
import { isUnsettledByDefault, type IsUnsettled } from "./jobs/unsettled.ts";
import { createLog, createLogTail, withoutSecrets, type Log } from "./log.ts";
import { sharedSessions } from "./shared-sessions.ts";
import { smtpMailer } from "./mail/mailer.ts";
import { startNotices } from "./mail/notices.ts";
import { serviceNames } from "./service-names.ts";
import { configurationOf } from "./told-configuration.ts";
import { createWebMetrics, type WebMetrics } from "./metrics.ts";
import { openStore as openStoreAt, storeFolderOf } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";
import { accountsIn, storedUsers, type UserList } from "./users.ts";
import { createWebServer, type WebServer } from "./web-server.ts";

export interface WebOptions {
  /** Holds the store's folder, and is the data root unless crops are configured. Made when missing. */
  readonly dataDir: string;
  /** The database that several web services keep their record in. @default none: the record lies in the store's folder */
  readonly storeUrl?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** @default "127.0.0.1" Any other address lets other machines in, with the token. */
  readonly host?: string;
  /** Further names under which the service may be asked, `name` or `name:port`. */
  readonly allowedHosts?: readonly string[];
  /** Where others reach the service, when that is not the address it listens on: told to digesters and loaders. */
  readonly publicUrl?: string;
  /** The built console; null: no pages. */
  readonly consoleDir: string | null;
  /** The samples that ship with the product; null: none. */
  readonly samplesDir: string | null;
  /** @default one crop, `dev`, at `/gobii-dev`, whose data root is `dataDir` */
  readonly crops?: readonly Crop[];
  /** Who may sign in at a crop's GOBii face, beside the user that the service makes. */
  readonly usersOf?: (crop: string) => readonly UserList[];
  /** How long a user's token counts, in milliseconds. @default a week */
  readonly tokenLifeMs?: number;
  /** The largest file that the GOBii face takes, in MiB. @default 2048 */
  readonly maxUploadMbytes?: number;
  /** The mail server through which the contacts of loads are told how they ended; null: no mail. @default null */
  readonly mail?: MailConfiguration | null;
  readonly version: string;
  /** What the service shows to those who connect; null: it speaks plain HTTP. @default null */
  readonly tls?: TlsIdentity | null;
  /** @default 15,000 */
  readonly leaseMs?: number;
  /** @default 5,000 */
  readonly renewMs?: number;
  /** What running attempts get after a start of the service, or after the machine has slept. @default twice `renewMs` */
  readonly graceMs?: number;
  /** Requests under way get so long to end when the service closes. @default 3,000 */
  readonly closeMs?: number;
  readonly isUnsettled?: IsUnsettled;
  /** How often a job is tried again by itself. What it leaves out is as in `defaultRetryPolicy`. */
  readonly retries?: Partial<RetryPolicy>;
  /** Which settled jobs are removed. @default none */
  readonly retention?: RetentionPolicy;
  readonly log?: Log;
  /** The newest lines of `log`, for whoever is asked for help. @default those of the log that the service makes itself */
  readonly recentLog?: () => readonly string[];
  /** The configuration file, to be named to people. */
  readonly configurationFile?: string;
  /** Milliseconds since 1970. @default the store's clock */
  readonly now?: () => number;
  /** @default lowdb in `<dataDir>/.digester-web` */
  readonly openStore?: (directory: string) => Promise<Store>;
}

export interface RunningWeb {
  /** Where this machine reaches it, without a final slash. */
  readonly url: string;
  /** Where others reach it. */
  readonly publicUrl: string;
  readonly token: string;
  /** `url` is origin and context root of the first crop. */
  readonly gobii: { readonly url: string; readonly user: string; readonly password: string };
  /** Ends without losing anything. A second call waits for the first. */
  close(): Promise<void>;
}

const loopback = "127.0.0.1";
/**
 * Starts the web service.
 *
 * @throws AppError `unavailable` when the port is taken or the store is in use.
 */
export async function startWeb(options: WebOptions): Promise<RunningWeb> {
  const tail = createLogTail();
  const log = options.log ?? createLog("info", tail);
  const recentLog = options.recentLog ?? tail.lines;
  const dataDir = resolve(options.dataDir);
  const storeDir = storeFolderOf(dataDir);
  await makeFolder(dataDir, storeDir);
  const metrics = createWebMetrics();
  const openStore =
    options.openStore ??
    ((directory) =>
      openStoreAt(options.storeUrl ?? directory, {
        onWarning: (message) => log.warn(message),
        onWrite: metrics.storeWritten,
      }));
  const store = await openStore(storeDir);
  const server = createWebServer(options.tls ?? null, log);
  try {
    const identity = await prepareIdentity(store, storeDir);
    const port = await server.listen(options.port, options.host ?? loopback);
    const own = { log, recentLog, dataDir, storeDir, store, server, port, metrics };
    return await run(options, { ...own, ...identity });
  } catch (thrown) {
    await server.close(0);
    await store.close();
    throw thrown;
  }
}

async function makeFolder(dataDir: string, directory: string): Promise<void> {
  try {
    await makeDirectory(directory, 0o700);
  } catch (thrown) {
    throw new AppError(
      "unavailable",
      `The data directory ${dataDir} cannot be used: ${systemWords(thrown)}.`,
      { cause: thrown, hint: "Name another one with --data." },
    );
  }
}

async function prepareIdentity(store: Store, storeDir: string) {
  const users = storedUsers(store);
  const token = await ownToken(store, storeDir);
  return { users, token, firstUser: await firstGobiiUser(store, users) };
}

interface Parts extends Awaited<ReturnType<typeof prepareIdentity>> {
  readonly log: Log;
  readonly recentLog: () => readonly string[];
  readonly dataDir: string;
  readonly storeDir: string;
  readonly store: Store;
  readonly server: WebServer;
  readonly port: number;
  readonly metrics: WebMetrics;
}

async function run(options: WebOptions, parts: Parts): Promise<RunningWeb> {
  const { log, dataDir, storeDir, store, server, metrics, users, token, firstUser } = parts;
  const { now = () => store.now(), leaseMs = 15_000, renewMs = 5000, version } = options;
  const { graceMs = 2 * renewMs, closeMs = 3000, isUnsettled = isUnsettledByDefault } = options;
  const retries: RetryPolicy = { ...defaultRetryPolicy, ...options.retries };
  const crops = await Promise.all(
    (options.crops ?? [defaultCrop(dataDir)]).map((crop) => excluding(crop, storeDir)),
  );
  const names = serviceNames(parts.port, { ...options, host: options.host ?? loopback });
  const { url, publicUrl } = names;
  const gobiiUrl = url + (crops[0]?.contextPath ?? "");

  const statistics = await keepStatistics(store, now, metrics.waited);
  const stream = createEventStream(store);
  const onTouch = stream.jobTouched;
  const mailboxes = createMailboxes();
  const httpSend = createHttpSend();
  const relay = { mailboxes, httpSend, ownUrl: names.directUrl, token };
  const directory = digesterDirectory({
    store,
    log,
    now,
    monotonic,
    dataRoots: [...new Set(crops.flatMap((crop) => crop.dataRoots))],
    leaseMs,
    renewMs,
    retries,
    isOurs: (callbackUrl) => names.isOurHost(new URL(callbackUrl).host),
    callbackUrl: names.callbackUrlFor(null),
    ownUrl: names.directUrl,
    httpSend,
    transportTo: (digester, askedAt) =>
      isAskingUrl(digester.url)
        ? relayedTransport({ ...relay, id: digester.id, askedAt })
        : httpTransport(httpSend, digester),
    onChange: () => {
      stream.digestersChanged();
      placer.kick();
    },
    onTouch,
  });
  const placer = createPlacer({ store, directory, crops, log, now, isUnsettled, onTouch });
  const keeper = leaseKeeper({ store, log, leaseMs, graceMs, retries, now, monotonic });
  const unsubscribe = store.subscribe((event) => {
    if (event.type !== "placed" && event.type !== "step") placer.kick();
  });

  const jobFiles = await openJobFiles({ store, crops, log });
  const stopCounting = metrics.follow(store);
  await Promise.all(crops.map(removeHalfUploads));
  const mail = options.mail ?? null;
  const notices =
    mail === null
      ? null
      : await leadOrWait({
          store,
          log,
          name: "mail",
          start: () =>
            startNotices({ store, crops, mailer: smtpMailer(mail), consoleUrl: publicUrl, log }),
        });

  const sessionTerms = {
    now,
    ...(options.tokenLifeMs === undefined ? {} : { lifeMs: options.tokenLifeMs }),
  };
  const policy = options.retention ?? keepAll;
  const retention = keepsAll(policy)
    ? null
    : await leadOrWait({
        store,
        log,
        name: "retention",
        start: async () => startRetention({ store, log, policy, now }),
      });

  let closing: Promise<void> | null = null;
  async function close(): Promise<void> {
    unsubscribe();
    stopCounting();
    statistics.stop();
    await Promise.all([
      placer.stop(),
      directory.stop(),
      keeper.stop(),
      notices?.stop(),
      retention?.stop(),
    ]);
    stream.close();
    await server.close(closeMs);
    // What is left of returned files then, the next life clears up.
    await Promise.race([jobFiles.stop(), sleep(closeMs, undefined, { ref: false })]);
    await store.close();
    log.info({ url }, "web service closed");
  }

  await directory.start();
  server.serve(
    createApp({
      store,
      crops,
      directory,
      mailboxes,
      clusters: clusterBook({
        store,
        directory,
        now,
        isUnsettled,
        onChange: () => stream.digestersChanged(),
      }),
      jobFiles,
      placer,
      undos: createUndoLog(now),
      stream,
      metrics,
      now,
      log,
      usersOf: (crop) => accountsIn([...(options.usersOf?.(crop) ?? []), users]),
      sessions: store.isShared ? sharedSessions(store, sessionTerms) : gobiiSessions(sessionTerms),
      ...(options.maxUploadMbytes === undefined
        ? {}
        : { maxUploadMbytes: options.maxUploadMbytes }),
      advertised: names.advertised,
      about: {
        version,
        startedAt: new Date(now()).toISOString(),
        crops: crops.map(({ name, dataRoots }) => ({ name, dataRoots: [...dataRoots] })),
        gobiiUrl,
      },
      configuration: configurationOf(options, { dataDir, url, publicUrl, crops, leaseMs, retries }),
      statistics,
      recentLog: () => parts.recentLog().map((line) => withoutSecrets(line, [token])),
      samplesDir: options.samplesDir,
      callbackUrlFor: names.callbackUrlFor,
      token,
      leaseMs,
      retries,
      isUnsettled,
      onTouch,
      port: names.port,
      isOurHost: names.isOurHost,
      consoleDir: options.consoleDir,
      isReady: () => closing === null,
    }),
  );
  keeper.start();
  placer.kick();
  log.info({ url, dataDir }, "web service listens");
  if (!isLoopback(options.host ?? loopback) && (options.tls ?? null) === null) {
    log.warn({ publicUrl }, "other machines can reach this service, with a token and without TLS");
  }

  return {
    url,
    publicUrl,
    token,
    gobii: { url: gobiiUrl, user: firstUser.name, password: firstUser.password },
    close: () => (closing ??= close()),
  };
}

const monotonic = (): number => performance.now();

/** Whatever the crops are: the store's own folder is nobody's data. */
async function excluding(crop: Crop, storeDir: string): Promise<Crop> {
  const excluded = await Promise.all([...crop.excluded, storeDir].map(realPathOfDeepest));
  return { ...crop, excluded };
}
