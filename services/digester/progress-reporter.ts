import type { JobPatch } from "../contract/callback.ts";
import type { Delivery } from "./delivery.ts";

/** What is told of a running attempt between its steps. It is volatile: the next one says it again, and none is kept. */
export interface ProgressReporter {
  readonly update: (progress: Bytes) => void;
  /** Another callback was accepted, which renewed the lease as well. */
  readonly renewed: () => void;
  /** Resolves when nothing of it is under way any more, so that no late word follows the outcome. */
  readonly stop: () => Promise<void>;
}

export interface ProgressOptions {
  readonly send: (
    patch: Pick<JobPatch, "progress" | "bytesRead" | "bytesTotal">,
  ) => Promise<Delivery>;
  readonly onDelivery: (delivery: Delivery) => void;
  /** Milliseconds of silence after which the lease is renewed by an empty callback. */
  readonly renewMs: () => number;
  /** Milliseconds between two looks: at most four callbacks a second. */
  readonly everyMs?: number;
}

export interface Bytes {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

/** After a try that failed, so as not to knock four times a second at a closed door. */
const PAUSE_MS = 1000;

export function startProgress(options: ProgressOptions): ProgressReporter {
  const { send, onDelivery, renewMs, everyMs = 250 } = options;
  let latest: Bytes | null = null;
  let told: Bytes | null = null;
  let lastAccepted = now();
  let notBefore = 0;
  let underWay: Promise<void> | null = null;

  const tell = async (): Promise<void> => {
    const saying = latest;
    const delivery = await send(saying === null ? {} : { ...saying, progress: share(saying) });
    if (delivery.kind === "accepted") {
      told = saying;
      lastAccepted = now();
    } else notBefore = now() + PAUSE_MS;
    onDelivery(delivery);
  };

  const timer = setInterval(() => {
    const due = latest !== told || now() - lastAccepted >= renewMs();
    if (!due || underWay !== null || now() < notBefore) return;
    underWay = tell().finally(() => {
      underWay = null;
    });
  }, everyMs);

  return {
    update: (progress) => {
      latest = progress;
    },
    renewed: () => {
      lastAccepted = now();
    },
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}

/** Never the wall clock, which may be put back: a lease would not be renewed until it has come so far again. */
const now = (): number => performance.now();

/** 0 to 1, also where a source has grown or is empty. */
export function share({ bytesRead, bytesTotal }: Bytes): number {
  return bytesTotal <= 0 ? 0 : Math.min(1, Math.max(0, bytesRead / bytesTotal));
}
