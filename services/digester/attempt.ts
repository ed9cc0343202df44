import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Dispatch } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import type { HandOver } from "../contract/hand-over.ts";
import type { JobStep, SettledStatus } from "../contract/job.ts";
import { toLoad, type Load } from "../contract/load.ts";
import type { DigestResult } from "../contract/result.ts";
import { systemWords } from "../contract/system-words.ts";
import { mayPass } from "../digest/passing-problems.ts";
import type { AttemptJournal } from "./attempt-journal.ts";
import {
  aborted,
  completed,
  failed,
  failedDigest,
  handedBack,
  mayComeBack,
  withWarnings,
  type Outcome,
} from "./attempt-outcome.ts";
import { createVoice } from "./attempt-voice.ts";
import type { Deliver } from "./delivery.ts";
import { requireSourcesInsideRoots } from "./data-roots.ts";
import type { FetchSpace } from "./fetch-space.ts";
import { handOverLoad } from "./hand-over.ts";
import type { AskEarlierFiles } from "./earlier-loads.ts";
import type { Intake } from "./intake.ts";
import type { Leftovers } from "./leftovers.ts";
import { destinationOf } from "./load-destination.ts";
import type { Outbox } from "./outbox.ts";
import { sourcesMayAppear } from "./source-visibility.ts";
import { share } from "./progress-reporter.ts";
import {
  fenceOff,
  openStaging,
  removeStaging,
  type Publisher,
  type Staging,
} from "../gate/staging.ts";
import type { WorkerPool } from "./worker-pool.ts";
import {
  fetchedWorkplace,
  sharedWorkplace,
  type FetchingOptions,
  type Workplace,
} from "./workplace.ts";

/** What an attempt needs of the service around it. */
export interface AttemptContext {
  /** The id of this digester. */
  readonly digester: string;
  /** The GOBii database of a crop that is asked what exists; null: none is. */
  readonly knownDatabase: (crop: string | null) => string | null;
  /** Asks for the files of earlier loads, where the settings of a crop want them. */
  readonly earlierFiles: AskEarlierFiles;
  readonly deliver: Deliver;
  readonly outbox: Outbox;
  readonly journal: AttemptJournal;
  readonly leftovers: Pick<Leftovers, "add">;
  readonly intake: Intake;
  readonly pool: Pick<WorkerPool, "run">;
  readonly publisher: Publisher;
  /** Room for copies of what is read, where this node does not see the disks that instructions name; null: it does. */
  readonly fetching?: {
    readonly space: FetchSpace;
    readonly askTarget: FetchingOptions["askTarget"];
    readonly onBytes: FetchingOptions["onBytes"];
  } | null;
  /** What is run with the files of a load of this crop, once they are published; null: nothing. */
  readonly handOverOf?: (crop: string | null) => HandOver | null;
  /** Directories below which it may read and write; empty: no limit. */
  readonly dataRoots: () => readonly string[];
  /** Milliseconds of silence after which the lease has to be renewed. */
  readonly renewMs: () => number;
  readonly now: () => number;
  readonly log: Logger;
  /** Something that the status shows has changed. */
  readonly onChange: () => void;
}

/**
 * One attempt of a job, from its claim to its outcome. Digesting begins while the claim is under way, in a directory of its
 * own that nobody else looks at; fencing off, publishing and every word but the claim wait until it is accepted.
 */
export interface Attempt {
  readonly dispatch: Dispatch;
  /** What the status shows; null until the claim was accepted. */
  readonly view: () => AttemptView | null;
  /** Bytes of the sources that it has read so far. */
  readonly bytesRead: () => number;
  /** Resolves when it needs no worker any more, at the latest when it ends. What is left is asking, moving and telling. */
  readonly digested: Promise<unknown>;
  /** Makes it end soon, unless it is publishing already. The first wish counts. */
  readonly stop: (why: StopReason) => void;
  /** Never rejects. */
  readonly ended: Promise<AttemptEnd>;
}

type AttemptView = {
  readonly step: JobStep;
  /** Share of the source bytes that were read, 0 to 1. */
  readonly progress: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** It was told to stop, and has not yet. */
  readonly stopping?: boolean;
};

export type StopReason =
  /** A person wants it: the outcome is `aborted`. */
  | { readonly kind: "cancelled" }
  /** The job belongs to somebody else: nothing is reported, the outputs are dropped. */
  | { readonly kind: "stale" }
  /** The service ends: the job is handed back, unless `report` is off. `deadline` ends the trying. */
  | {
      readonly kind: "closing";
      readonly why: string;
      readonly report: boolean;
      readonly deadline: AbortSignal;
    };

export type AttemptEnd =
  /** Its outcome is in the outbox. */
  | { readonly kind: "settled"; readonly status: SettledStatus }
  /** The caller did not want it (any more). */
  | { readonly kind: "dropped" }
  | { readonly kind: "handed_back" }
  /** The caller did not answer: the job goes back to its place in the line. */
  | { readonly kind: "unclaimed"; readonly why: string };

/** A worker that is ended by the same signal as the service may be seen to end first. */
const GRACE_MS = 300;

/**
 * @param sourcesSeen whether the sources could be looked at when the job came: what was there then and is gone may come
 * back, what was not is most likely a wrong name.
 */
export function startAttempt(
  dispatch: Dispatch,
  context: AttemptContext,
  sourcesSeen = false,
): Attempt {
  const { deliver, outbox, journal, now, onChange } = context;
  const { job, attempt, callback: target } = dispatch;
  const log = context.log.child({ job, key: dispatch.key, attempt });
  const stopping = new AbortController();
  const lettingGo = new AbortController();
  // Every callback that waits listens for the stop.
  setMaxListeners(0, stopping.signal);
  let stopWish: StopReason | null = null;
  let startedAt: number | null = null;
  let bytes = { bytesRead: 0, bytesTotal: 0 };
  let staging: Staging | null = null;
  let isMoved = false;
  let workplace: Workplace | null = null;
  let leaveWorker: (() => void) | null = null;
  const digested = new Promise<void>((done) => (leaveWorker = done));

  const stop = (why: StopReason): void => {
    stopWish ??= why;
    stopping.abort();
    // What a person cancels while it is published is published whole; its outcome says so.
    if (why.kind !== "cancelled") lettingGo.abort();
    onChange();
  };
  /** The caller knows to which crop a job was submitted; an instruction may not say, or say it otherwise. */
  const cropOf = (load: Load): string | null => dispatch.crop ?? load.crop;
  const throwIfStopping = (): void => stopping.signal.throwIfAborted();

  const voice = createVoice({
    dispatch,
    digester: context.digester,
    deliver,
    outbox,
    renewMs: context.renewMs,
    claimed: () => claimed,
    signal: stopping.signal,
    restore: (told) => (workplace === null ? told : workplace.restore(told)),
    onStop: stop,
    onPhase: onChange,
  });
  const failedHere = (reason: string, canPass: boolean): Outcome =>
    failed(reason, voice.phase(), voice.step(), canPass);

  /** Null when the attempt may go on; else how it has ended. */
  const claim = async (): Promise<AttemptEnd | null> => {
    const delivery = await voice.claim();
    switch (delivery.kind) {
      case "unreachable":
        return { kind: "unclaimed", why: delivery.why };
      case "stale":
      case "refused":
        log.info({ why: delivery.why }, "The job is not to be had any more");
        await context.intake.forget(dispatch);
        return { kind: "dropped" };
      case "accepted":
        await context.intake.claimed(dispatch);
        startedAt = now();
        onChange();
        voice.begin();
        return null;
    }
  };

  const digestAndPublish = async (): Promise<Outcome> => {
    throwIfStopping();
    const named = toLoad(dispatch.instruction);
    await requireSourcesInsideRoots(named, context.dataRoots());
    destinationOf(named);
    workplace = await enter(named);
    const { load, roots } = workplace;
    const destination = destinationOf(load);
    const opened = await openStaging({ job, attempt, destination }, roots, (planned) => {
      staging = planned;
      return note(planned);
    });
    const fenced = fence(opened);
    fenced.catch(() => undefined);
    return digestInto(opened, workplace, destination, fenced);
  };

  /** Where the disks are not seen, only whoever has the job is given its files. */
  const enter = async (load: Load): Promise<Workplace> => {
    const { fetching } = context;
    if (!fetching) return sharedWorkplace(load, context.dataRoots(), context.publisher);
    if ((await claimed) !== null) stop({ kind: "stale" });
    throwIfStopping();
    return fetchedWorkplace(dispatch, load, {
      ...fetching,
      signal: stopping.signal,
      publishSignal: lettingGo.signal,
      isWorthKeeping: isCutShort,
      onMessage: voice.tellMessage,
      onProgress: showBytes,
    });
  };

  /** There may be another attempt here, to which the file would be of use; what went wrong with the file itself is none. */
  const isCutShort = (thrown: unknown): boolean =>
    stopWish === null
      ? thrown instanceof AppError && thrown.code === "stale_attempt"
      : stopWish.kind !== "cancelled";

  const showBytes = (read: typeof bytes): void => {
    bytes = read;
    voice.tellProgress(read);
  };

  const note = ({ path, destination, made }: Pick<Staging, "path" | "destination" | "made">) =>
    journal.add({ staging: path, destination, made, job, attempt, target, completion: null });

  /** Keeps earlier attempts from publishing, as soon as this one has the job. Before the first there is none. */
  const fence = async (own: Staging): Promise<void> => {
    if ((await claimed) !== null || attempt === 1) return;
    await fenceOff(own, context.publisher, {
      add: (path) => note({ ...own, path, made: null }),
      remove: async (path) => void tidy(journal.remove(path)),
    });
  };

  const digestInto = async (
    into: Staging,
    place: Workplace,
    destination: string,
    fenced: Promise<void>,
  ): Promise<Outcome> => {
    throwIfStopping();
    const { load } = place;
    const earlier =
      dispatch.settings?.knownRecord === true
        ? await context.earlierFiles(target, job, context.dataRoots())
        : null;
    throwIfStopping();
    const end = await context.pool.run(
      {
        load,
        outDir: into.path,
        publishDir: destination,
        knownDatabase: context.knownDatabase(cropOf(load)),
        knownFiles: earlier?.files ?? null,
        settings: dispatch.settings ?? {},
      },
      {
        onPhase: voice.tellPhase,
        onProgress: showBytes,
      },
      stopping.signal,
    );
    leaveWorker?.();
    if (end.kind === "done") bytes = { ...bytes, bytesRead: end.result.bytesRead };
    if (end.kind === "crashed") await sleep(GRACE_MS);
    throwIfStopping();
    switch (end.kind) {
      case "crashed":
        return failedHere(end.reason, end.mayPass);
      case "stopped":
        throw new AppError("internal", "The worker stopped without being told to.");
      case "done": {
        const result = withWarnings(end.result, earlier?.warnings ?? []);
        if (result.status === "completed") return publish(into, place, result, fenced);
        const canPass = await digestMayPass(result, place);
        return failedDigest(result, voice.phase(), voice.step(), canPass);
      }
    }
  };

  const digestMayPass = async (result: DigestResult, place: Workplace): Promise<boolean> =>
    result.mayPass === true ||
    (place.isShared && (await sourcesMayAppear(place.load, sourcesSeen, context.dataRoots())));

  /** Asks for permission until there is an answer, however long the web service is away; then moves the files. */
  const publish = async (
    from: Staging,
    place: Workplace,
    result: DigestResult,
    fenced: Promise<void>,
  ): Promise<Outcome> => {
    if ((await claimed) !== null) return { kind: "dropped" };
    await fenced;
    await place.bring(from.path);
    const permission = await voice.askToPublish();
    throwIfStopping();
    if (permission.kind !== "accepted") {
      return failedHere(`Publishing was refused: ${permission.why}.`, false);
    }
    const { load } = place;
    const handOver = context.handOverOf?.(cropOf(load)) ?? null;
    if (handOver === null && place.isShared) {
      // The completion is the next callback; a later life reports it if this one ends too early.
      await journal.mayPublish(from.path, voice.nextSettle(completed(result)));
    }
    throwIfStopping();
    try {
      isMoved = await place.publisher.publish(from.path, from.destination);
    } catch (thrown) {
      lettingGo.signal.throwIfAborted();
      log.error({ err: coerceError(thrown) }, "Publishing failed");
      const reason = `The files could not be moved to ${from.destination}: ${systemWords(thrown)}.`;
      return failedHere(reason, mayPass(thrown));
    }
    const told = await handOverLoad({
      job,
      key: dispatch.key,
      load,
      crop: cropOf(load),
      result,
      // What was returned still lies here, which is where the commands look.
      destination: place.isShared ? from.destination : from.path,
      handOver,
      onPhase: voice.tellPhase,
      signal: stopping.signal,
    });
    const patch = completed(withWarnings(result, told));
    return { kind: "settled", status: "completed", patch };
  };

  const outcomeOf = (thrown: unknown): Outcome => {
    switch (stopWish?.kind) {
      case "cancelled":
        return aborted;
      case "stale":
        return { kind: "dropped" };
      case "closing":
        return handedBack(stopWish.why);
      case undefined:
        break;
    }
    const error = coerceError(thrown);
    if (error instanceof AppError && error.code === "stale_attempt") return { kind: "dropped" };
    if (!(error instanceof AppError)) log.error({ err: error }, "The attempt failed");
    return failedHere(error.message, mayPass(error));
  };

  const report = async (outcome: Outcome): Promise<AttemptEnd> => {
    log.info({ outcome: outcome.kind === "settled" ? outcome.status : outcome.kind }, "Ended");
    switch (outcome.kind) {
      case "settled":
        await voice.settle(outcome.patch);
        await context.intake.forget(dispatch);
        return { kind: "settled", status: outcome.status };
      case "dropped":
        await context.intake.forget(dispatch);
        return outcome;
      case "handed_back": {
        if (stopWish?.kind === "closing" && stopWish.report) {
          const isAccepted = await voice.handBack(outcome.patch, stopWish.deadline);
          if (isAccepted) await context.intake.forget(dispatch);
        }
        return { kind: "handed_back" };
      }
    }
  };

  const run = async (): Promise<AttemptEnd> => {
    const digesting = digestAndPublish()
      .catch(outcomeOf)
      .finally(() => leaveWorker?.());
    const refused = await claimed;
    if (refused !== null) stop({ kind: "stale" });
    const outcome = await digesting;
    await voice.stopProgress();
    // Before the outcome is told: whoever reads it finds nothing left over. The journal lets go of it only afterwards.
    const isRemoved = staging !== null && (isMoved || (await tidy(removeStaging(staging))));
    if (workplace !== null) await tidy(workplace.close(mayComeBack(outcome)));
    const end = refused ?? (await report(outcome));
    if (staging !== null && isRemoved) void tidy(journal.remove(staging.path));
    else if (staging !== null) context.leftovers.add(staging);
    return end;
  };

  /**
   * What is left over is found by the next attempt or the next life: no reason to report anything else.
   *
   * @returns whether it is done.
   */
  const tidy = (work: Promise<void>): Promise<boolean> =>
    work.then(
      () => true,
      (thrown: unknown) => {
        log.warn({ err: coerceError(thrown) }, "Tidying up failed");
        return false;
      },
    );

  const claimed = claim();
  return {
    dispatch,
    digested,
    view: () =>
      startedAt === null
        ? null
        : {
            step: voice.step(),
            progress: share(bytes),
            startedAt,
            ...(stopWish === null ? {} : { stopping: true }),
          },
    bytesRead: () => bytes.bytesRead,
    stop,
    ended: run().catch((thrown: unknown): AttemptEnd => {
      log.error({ err: coerceError(thrown) }, "The attempt could not report its end");
      return { kind: "dropped" };
    }),
  };
}
