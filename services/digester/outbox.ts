import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { JobPatch } from "../contract/callback.ts";
import type { CallbackTarget } from "../contract/digester.ts";
import { coerceError } from "../contract/errors.ts";
import { isSettled } from "../contract/job.ts";
import type { Deliver, Delivery } from "./delivery.ts";
import { openOutboxFile, type KeptCallback } from "./outbox-file.ts";

/**
 * Callbacks on their way. Those of one job are delivered in the order in which they were said, each as often as it takes;
 * those of different jobs do not wait for each other. What could not be delivered is on disk, and a settled status is on
 * disk before it is sent, so that neither a web service that is away nor the end of this process loses the outcome of
 * hours of work.
 */
export interface Outbox {
  /**
   * Sends an ordinary callback. Resolves when it was delivered or finally refused; rejects when `signal` or the end of the
   * outbox came first.
   */
  readonly say: (
    target: CallbackTarget,
    job: number,
    patch: JobPatch,
    signal?: AbortSignal,
  ) => Promise<Delivery>;
  /** Sends the last callback of an attempt. Resolves when it is on disk; delivery goes on behind. */
  readonly settle: (target: CallbackTarget, job: number, patch: JobPatch) => Promise<void>;
  /** The token that this address accepts from now on. */
  readonly renewToken: (url: string, token: string) => void;
  /** Ends every pause between tries: somebody has just been heard from. */
  readonly tryNow: () => void;
  /** Callbacks that are not delivered yet. */
  readonly size: () => number;
  /** Outcomes of an earlier life that are still on their way. */
  readonly inherited: readonly KeptCallback[];
  /** Resolves when nothing is on its way any more, or when `signal` says that it took too long. */
  readonly flushed: (signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface OutboxOptions {
  readonly path: string;
  readonly deliver: Deliver;
  readonly log: Logger;
  /** The pause before try n + 1, in milliseconds. */
  readonly pauseMs?: (tries: number) => number;
  /** Ordinary callbacks kept on disk at most; beyond it they are dropped, outcomes never. */
  readonly limit?: number;
}

interface Parcel extends KeptCallback {
  onDisk: boolean;
  readonly arrived: (delivery: Delivery) => void;
}

interface Lane {
  readonly parcels: Parcel[];
  moving: boolean;
}

/** Callbacks of one job in one batch. */
const MOST_AT_ONCE = 100;

/** 0.2 s, doubling, up to 5 s. */
export function backoffMs(tries: number): number {
  return Math.min(5000, 200 * 2 ** Math.min(tries, 10));
}

export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { deliver, log, pauseMs = backoffMs, limit = 10_000 } = options;
  const { file, kept } = await openOutboxFile(options.path);
  const inherited = outcomes(kept);
  const lanes = new Map<string, Lane>();
  const tokens = new Map<string, string>();
  const closing = new AbortController();
  // Every callback that waits listens for the end.
  setMaxListeners(0, closing.signal);
  const idle = new Set<() => void>();
  let pause = new AbortController();
  let seq = kept.reduce((highest, callback) => Math.max(highest, callback.seq), 0);
  let onDisk = inherited.length;

  const size = (): number =>
    [...lanes.values()].reduce((sum, lane) => sum + lane.parcels.length, 0);

  /** A disk that is full must not keep a callback from being sent. */
  const toDisk = async (work: Promise<void>): Promise<void> => {
    await work.catch((thrown: unknown) => {
      log.error({ err: coerceError(thrown) }, "The outbox could not be written");
    });
  };

  const finish = (lane: Lane, parcel: Parcel, delivery: Delivery): void => {
    lane.parcels.splice(lane.parcels.indexOf(parcel), 1);
    if (parcel.onDisk) {
      onDisk -= 1;
      void toDisk(file.done(parcel.seq));
    }
    parcel.arrived(delivery);
  };

  /** What goes out next of a lane: all of it where the target takes batches, else the first. */
  const nextOf = ({ parcels }: Lane): Parcel[] =>
    parcels.slice(0, parcels[0]?.target.batch === true ? MOST_AT_ONCE : 1);

  const move = async (key: string, lane: Lane): Promise<void> => {
    let tries = 0;
    while (lane.parcels.length > 0) {
      if (closing.signal.aborted) return;
      const parcels = nextOf(lane);
      const deliveries = await Promise.all(
        parcels.map(({ target, job, patch }) =>
          deliver({ ...target, token: tokens.get(target.url) ?? target.token }, job, patch),
        ),
      );
      const isAway = await arriveAll(lane, parcels, deliveries, tries === 0);
      tries = isAway ? tries + 1 : 0;
      if (!isAway) continue;
      await sleep(pauseMs(tries - 1), undefined, {
        signal: AbortSignal.any([pause.signal, closing.signal]),
        ref: false,
      }).catch(() => undefined);
    }
    lanes.delete(key);
    if (size() === 0) for (const done of idle) done();
  };

  /** @returns whether one of them, and so all behind it, has to be sent again. */
  const arriveAll = async (
    lane: Lane,
    parcels: readonly Parcel[],
    deliveries: readonly Delivery[],
    isFirstTry: boolean,
  ): Promise<boolean> => {
    for (const [at, parcel] of parcels.entries()) {
      const delivery = deliveries[at];
      if (delivery === undefined || !lane.parcels.includes(parcel)) continue;
      const { target, job, patch } = parcel;
      const about = { job, attempt: patch.attempt, callback: patch.callback, url: target.url };
      switch (delivery.kind) {
        case "accepted":
          finish(lane, parcel, delivery);
          break;
        case "stale":
          log.info(
            { ...about, why: delivery.why },
            "A callback came too late: the attempt is over",
          );
          for (const other of lane.parcels.filter((p) => p.patch.attempt <= patch.attempt)) {
            finish(lane, other, delivery);
          }
          break;
        case "refused":
          log.error(
            { ...about, why: delivery.why, patch },
            "A callback was refused and is dropped",
          );
          finish(lane, parcel, delivery);
          break;
        case "unreachable":
          if (isFirstTry) log.warn({ ...about, why: delivery.why }, "A callback has to wait");
          for (const waiting of parcels.slice(at)) await keepOnDisk(lane, waiting);
          return true;
      }
    }
    return false;
  };

  const keepOnDisk = async (lane: Lane, parcel: Parcel): Promise<void> => {
    if (parcel.onDisk || onDisk >= limit || !lane.parcels.includes(parcel)) return;
    parcel.onDisk = true;
    onDisk += 1;
    await toDisk(file.put(toKept(parcel), false));
  };

  const enqueue = (parcel: Parcel): void => {
    const key = laneOf(parcel.target, parcel.job);
    const lane = lanes.get(key) ?? { parcels: [], moving: false };
    lanes.set(key, lane);
    lane.parcels.push(parcel);
    if (lane.moving) return;
    lane.moving = true;
    void move(key, lane);
  };

  for (const callback of inherited) {
    enqueue({ ...callback, onDisk: true, arrived: () => undefined });
  }
  for (const callback of kept) {
    if (!inherited.includes(callback)) await toDisk(file.done(callback.seq));
  }

  return {
    inherited,
    size,
    say: (target, job, patch, signal) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => {
          forget();
          reject(new Error("The callback was given up before it was delivered."));
          // What the outbox still holds when it closes is for the next life; what its owner gave up is for nobody.
          const lane = lanes.get(laneOf(target, job));
          if (signal?.aborted === true && lane?.parcels.includes(parcel) === true) {
            finish(lane, parcel, { kind: "unreachable", why: "given up" });
          }
        };
        const forget = (): void => {
          closing.signal.removeEventListener("abort", giveUp);
          signal?.removeEventListener("abort", giveUp);
        };
        const parcel: Parcel = {
          seq: (seq += 1),
          target,
          job,
          patch,
          onDisk: false,
          arrived: (delivery) => {
            forget();
            resolve(delivery);
          },
        };
        if (closing.signal.aborted || signal?.aborted === true) return giveUp();
        closing.signal.addEventListener("abort", giveUp);
        signal?.addEventListener("abort", giveUp);
        enqueue(parcel);
      }),
    settle: async (target, job, patch) => {
      const callback = { seq: (seq += 1), target, job, patch };
      onDisk += 1;
      await toDisk(file.put(callback, true));
      if (!closing.signal.aborted) {
        enqueue({ ...callback, onDisk: true, arrived: () => undefined });
      }
    },
    renewToken: (url, token) => {
      tokens.set(url, token);
    },
    tryNow: () => {
      pause.abort();
      pause = new AbortController();
    },
    flushed: (signal) =>
      new Promise((resolve) => {
        if (size() === 0 || signal.aborted) return resolve();
        const done = (): void => {
          idle.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        idle.add(done);
        signal.addEventListener("abort", done);
      }),
    close: async () => {
      closing.abort();
      await file.close();
    },
  };
}

function laneOf(target: CallbackTarget, job: number): string {
  return `${target.url}#${job}`;
}

function toKept({ seq, target, job, patch }: Parcel): KeptCallback {
  return { seq, target, job, patch };
}

/** An attempt ends with its process, so of an earlier life only those matter that had come to their outcome. */
function outcomes(kept: readonly KeptCallback[]): KeptCallback[] {
  const ended = new Set(
    kept
      .filter(({ patch }) => patch.status !== undefined && isSettled(patch.status))
      .map(attemptOf),
  );
  return kept.filter((callback) => ended.has(attemptOf(callback)));
}

function attemptOf({ target, job, patch }: KeptCallback): string {
  return `${laneOf(target, job)}#${patch.attempt}`;
}
