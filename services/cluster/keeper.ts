import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import {
  pilotName,
  type ClusterLimits,
  type ClusterOrders,
  type ClusterReport,
  type Pilot,
} from "../contract/cluster.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import { backoffMs } from "./backoff.ts";
import type { ProvidedPilot, Provider } from "./provider.ts";
import { scale, type PilotNow, type ScalingOptions } from "./scaling.ts";
import type { WebRecord } from "./web-record.ts";

/** Keeps the wanted number of pilots running. */
export interface Keeper {
  /** Looks once and does what is to be done. Several at a time never act. */
  tick(): Promise<void>;
  /** Looks again and again, until it is stopped. */
  start(): void;
  /** Ends the looking; what the provider keeps beyond that is its own matter. */
  stop(): Promise<void>;
}

export interface KeeperOptions extends Omit<ScalingOptions, "min" | "max"> {
  readonly cluster: string;
  /** Those of the configuration. */
  readonly limits: ClusterLimits;
  readonly labels: readonly string[];
  readonly provider: Provider;
  readonly record: WebRecord;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Between two looks. */
  readonly everyMs: number;
  /** Pilots asked for in one look: a batch system wants to be asked gently. */
  readonly mostAtOnce: number;
}

/** What is remembered of a pilot. */
interface Known {
  readonly id: string;
  readonly job: string;
  state: Pilot["state"];
  reason: string | null;
  since: number;
  endsAt: number | null;
  idleSince: number | null;
  silentSince: number | null;
  busy: number;
  draining: boolean;
  ending: boolean;
  /** Its digester was there at some time: the pilot was no dud. */
  wasHeard: boolean;
}

/** Ended pilots that are still told of. */
const mostEnded = 20;

/** A keeper that has not looked yet. It never throws: what goes wrong is logged, reported as the problem, and tried again. */
export function createKeeper(options: KeeperOptions): Keeper {
  const { cluster, provider, record, log, now } = options;
  const keeper = randomUUID();
  const pilots = new Map<string, Known>();
  const ending = new AbortController();
  /** What the provider said of those whose end is certain, and whose digester may still be in the record. */
  const gone = new Map<string, string>();
  let ended: Pilot[] = [];
  let orders: ClusterOrders | null = null;
  let wanted = 0;
  let reason: string | null = null;
  /** Looks in a row at which the provider could not be asked. */
  let absences = 0;
  /** Times in a row that it was asked for pilots and would not have one. */
  let refusals = 0;
  /** Pilots in a row that ended before their digester was heard from. */
  let duds = 0;
  let notBefore = 0;
  let problem: string | null = null;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const isProviderThere = await seePilots();
    const told = problem;
    try {
      orders = await record.report(report());
    } catch (thrown) {
      // Without the record nobody knows what waits: what runs goes on.
      log.warn({ err: coerceError(thrown) }, "reporting to the web service");
      return;
    }
    if (!orders.leads) return;
    seeDigesters(orders);
    const terms = { ...options, ...orders.limits };
    const running = orders.digesters.reduce((sum, one) => sum + one.running, 0);
    const demand = { waiting: orders.waiting, running };
    const decision = scale(demand, [...pilots.values()].map(toNow), now(), terms);
    ({ wanted, why: reason } = decision);
    // Whose pilot is gone, only the provider can say.
    if (!isProviderThere) return;
    await takeAway(orders);
    for (const id of decision.drain) await tolerating(() => record.drain(id));
    for (const id of decision.cancel) await cancel(id);
    const isActing = await ask(Math.min(decision.submit, options.mostAtOnce));
    // People see at once what was done.
    if (isActing || decision.cancel.length > 0 || problem !== told) {
      await tolerating(() => record.report(report()));
    }
  }

  /** Learns from the provider what has become of the pilots. */
  async function seePilots(): Promise<boolean> {
    if (now() < notBefore && absences > 0) return false;
    let listed: readonly ProvidedPilot[];
    try {
      listed = await provider.list();
    } catch (thrown) {
      absences++;
      waitFor(absences, thrown);
      return false;
    }
    absences = 0;
    if (duds === 0 && refusals === 0) problem = null;
    const seen = new Set(listed.map(({ id }) => id));
    for (const pilot of listed) {
      const { id, job, state, endsAt } = pilot;
      const known = pilots.get(id);
      if (state === "ended") {
        if (known !== undefined) forget(known, pilot.reason);
        if (known?.wasHeard === true) gone.set(id, pilot.reason ?? "Its pilot has ended.");
        continue;
      }
      const before = known ?? { ...nothingKnown, id, job, state, since: now() };
      if (before.state !== state) Object.assign(before, { state, since: now() });
      Object.assign(before, { endsAt, reason: pilot.reason });
      pilots.set(id, before);
    }
    for (const known of pilots.values()) {
      if (!seen.has(known.id)) forget(known, "It is not in the queue any more.");
    }
    return true;
  }

  function forget(pilot: Known, why: string | null): void {
    pilots.delete(pilot.id);
    const { id, job } = pilot;
    const since = new Date(now()).toISOString();
    ended = [
      { id, job, state: "ended" as const, reason: why, since, endsAt: null },
      ...ended,
    ].slice(0, mostEnded);
    log.info({ pilot: id, job, why }, "pilot ended");
    if (pilot.wasHeard || pilot.ending) {
      if (pilot.wasHeard) duds = 0;
      return;
    }
    duds++;
    notBefore = now() + backoffMs(duds);
    problem = `${duds === 1 ? "A pilot" : `${duds} pilots in a row`} ended before the web service heard of it. The last one: ${why ?? "nothing is known of why."}`;
    log.warn({ pilot: id, job, duds }, problem);
  }

  /** Learns from the record what the pilots' digesters do. */
  function seeDigesters({ digesters }: ClusterOrders): void {
    const byId = new Map(digesters.map((one) => [one.id, one]));
    for (const pilot of pilots.values()) {
      const digester = byId.get(pilot.id);
      const isThere = digester?.reachable === true;
      pilot.busy = digester === undefined ? 0 : digester.running + digester.waiting;
      pilot.draining = digester?.draining ?? false;
      const isIdle = isThere && pilot.busy === 0;
      pilot.idleSince = isIdle ? (pilot.idleSince ?? now()) : null;
      const isSilent = pilot.state === "running" && !isThere;
      pilot.silentSince = isSilent ? (pilot.silentSince ?? now()) : null;
      if (isThere) {
        pilot.wasHeard = true;
        if (duds > 0) problem = null;
        duds = 0;
      }
    }
  }

  /** A pilot that ends in good order leaves by itself. What is left in the record went without a word. */
  async function takeAway({ digesters }: ClusterOrders): Promise<void> {
    for (const { id, reachable } of digesters) {
      if (pilots.has(id) || (reachable && !gone.has(id))) continue;
      await tolerating(() => record.lost(id, gone.get(id) ?? "Its pilot is gone."));
    }
    gone.clear();
  }

  async function cancel(id: string): Promise<void> {
    const pilot = pilots.get(id);
    if (pilot === undefined) return;
    try {
      await provider.cancel(pilot);
      pilot.ending = true;
      log.info({ pilot: id, job: pilot.job }, "pilot told to end");
    } catch (thrown) {
      // The next look tries it again.
      problem = complain(thrown);
    }
  }

  /** @returns whether any was asked for. */
  async function ask(count: number): Promise<boolean> {
    if (count > 0 && now() < notBefore) {
      const seconds = Math.max(1, Math.ceil((notBefore - now()) / 1000));
      reason = `${problem ?? reason ?? ""} Pilots are asked for again in ${seconds} s.`.trim();
      return false;
    }
    for (let n = 0; n < count; n++) {
      const id = pilotName(cluster, randomBytes(4).toString("hex"));
      try {
        const job = await provider.submit(id);
        pilots.set(id, { ...nothingKnown, id, job, state: "asked", since: now() });
        log.info({ pilot: id, job }, "pilot asked for");
      } catch (thrown) {
        refusals++;
        waitFor(refusals, thrown);
        return n > 0;
      }
    }
    if (refusals > 0 && duds === 0) problem = null;
    refusals = 0;
    return count > 0;
  }

  /** The provider has failed so many times in a row: it is left alone for a while. */
  function waitFor(failures: number, thrown: unknown): void {
    const ms = backoffMs(failures);
    notBefore = now() + ms;
    problem = `${complain(thrown)} (asked again in ${Math.round(ms / 1000)} s)`;
  }

  /** @returns what the provider said. */
  function complain(thrown: unknown): string {
    const { message } = coerceError(thrown);
    if (thrown instanceof AppError) log.warn({ why: message }, "the provider of pilots");
    else log.error({ err: coerceError(thrown) }, "the provider of pilots");
    return message;
  }

  async function tolerating(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      log.warn({ err: coerceError(thrown) }, "telling the web service");
    }
  }

  function report(): ClusterReport {
    const { limits, labels } = options;
    const current = [...pilots.values()].map((pilot): Pilot => {
      const { id, job, state, since, endsAt } = pilot;
      return {
        id,
        job,
        state,
        reason: pilot.ending ? "Told to end." : pilot.reason,
        since: new Date(since).toISOString(),
        endsAt: endsAt === null ? null : new Date(endsAt).toISOString(),
      };
    });
    return {
      keeper,
      provider: provider.name,
      limits,
      labels: [...labels],
      pilots: [...current, ...ended],
      wanted,
      reason,
      problem,
    };
  }

  async function lookForEver(): Promise<void> {
    while (!ending.signal.aborted) {
      await tick();
      await sleep(options.everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  function tick(): Promise<void> {
    looking ??= look()
      .catch((thrown: unknown) => log.error({ err: coerceError(thrown) }, "keeping the cluster"))
      .finally(() => {
        looking = null;
      });
    return looking;
  }

  return {
    tick,
    start: () => void lookForEver(),
    async stop() {
      ending.abort();
      await looking;
      await provider.close();
    },
  };
}

const nothingKnown = {
  reason: null,
  endsAt: null,
  idleSince: null,
  silentSince: null,
  busy: 0,
  draining: false,
  ending: false,
  wasHeard: false,
};

function toNow(pilot: Known): PilotNow {
  const state = pilot.state === "ended" ? "running" : pilot.state;
  const isLost = pilot.wasHeard && pilot.silentSince !== null;
  return { ...pilot, state, isLost };
}
