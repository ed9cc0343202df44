/** A pilot, as far as it matters for how many there should be. Times are in milliseconds since 1970. */
export interface PilotNow {
  readonly id: string;
  readonly state: "asked" | "queued" | "running";
  /** Since when it is in this state. */
  readonly since: number;
  /** Jobs that run on it or stand in its line. */
  readonly busy: number;
  /** Since when it has nothing to do; null while it has, or while that is not known. */
  readonly idleSince: number | null;
  /** Since when its digester is not heard from, though the pilot runs; null while it is. */
  readonly silentSince: number | null;
  /** It was heard from, and is not any more: it cannot be counted on. */
  readonly isLost: boolean;
  /** When its time is over; null: never. */
  readonly endsAt: number | null;
  /** It takes no more work. */
  readonly draining: boolean;
  /** It was told to end, and has not yet. */
  readonly ending: boolean;
}

export interface Demand {
  /** Jobs that could begin on a pilot. */
  readonly waiting: number;
  /** Jobs that run on pilots. */
  readonly running: number;
}

export interface ScalingOptions {
  readonly min: number;
  readonly max: number;
  /** Jobs that a pilot is good for at a time. */
  readonly jobsPerPilot: number;
  /** What is idle or queued in vain for so long is given up. Milliseconds. */
  readonly idleMs: number;
  /** A pilot with less time left than this is replaced. Milliseconds. */
  readonly spareMs: number;
  /** A pilot that runs and is silent for so long is given up. Milliseconds. */
  readonly silentMs: number;
}

export interface ScalingDecision {
  readonly wanted: number;
  /** How many to ask for. */
  readonly submit: number;
  /** Ids of pilots to end: none of them has work. */
  readonly cancel: readonly string[];
  /** Ids of pilots that are to end once they have done what they have begun. */
  readonly drain: readonly string[];
  readonly why: string;
}

/**
 * How many pilots there should be, and what to do about it. Pure. Up at once, down only after `idleMs` in vain, so that work
 * which comes in bursts finds its pilots still there. Never ends a pilot that works, never asks beyond `max`.
 */
export function scale(
  { waiting, running }: Demand,
  pilots: readonly PilotNow[],
  now: number,
  options: ScalingOptions,
): ScalingDecision {
  const { min, max, idleMs, silentMs } = options;
  const needed = Math.ceil((waiting + running) / options.jobsPerPilot);
  const wanted = Math.min(max, Math.max(min, needed));

  const isIdle = (pilot: PilotNow): boolean => pilot.idleSince !== null && pilot.busy === 0;
  const isSilent = ({ silentSince }: PilotNow): boolean =>
    silentSince !== null && now - silentSince >= silentMs;
  const lasts = ({ endsAt }: PilotNow): boolean =>
    endsAt === null || endsAt - now > options.spareMs;
  // What is over anyway: silent ones, and those that were told to take no more and have nothing left.
  const present = pilots.filter(({ ending }) => !ending);
  const over = present.filter((pilot) => isSilent(pilot) || (pilot.draining && isIdle(pilot)));
  const kept = present.filter((pilot) => !over.includes(pilot));
  const serving = kept.filter((pilot) => !pilot.draining && !pilot.isLost && lasts(pilot));

  const inVainSince = (pilot: PilotNow): number | null =>
    pilot.state === "running" ? (isIdle(pilot) ? pilot.idleSince : null) : pilot.since;
  const isInVain = (pilot: PilotNow, ms: number): boolean => {
    const since = inVainSince(pilot);
    return since !== null && now - since >= ms;
  };
  // Those that have not begun first, the newest of them: they have waited least. Then whoever is idle the longest.
  const spare = serving
    .filter((pilot) => inVainSince(pilot) !== null)
    .toSorted((a, b) =>
      a.state === "running" || b.state === "running"
        ? Number(a.state === "running") - Number(b.state === "running") ||
          (a.idleSince ?? 0) - (b.idleSince ?? 0)
        : b.since - a.since,
    );
  const beyondMax = Math.max(0, serving.length - max);
  const atOnce = spare.slice(0, beyondMax);
  const surplus = Math.max(0, serving.length - wanted - atOnce.length);
  const inTime = spare
    .slice(beyondMax)
    .filter((pilot) => isInVain(pilot, idleMs))
    .slice(0, surplus);
  const cancel = [...over, ...atOnce, ...inTime].map(({ id }) => id);

  const drain = serving
    .filter(({ id, state }) => state === "running" && !cancel.includes(id))
    .toSorted((a, b) => a.busy - b.busy)
    .slice(0, beyondMax - atOnce.length)
    .map(({ id }) => id);

  // One that is told to end holds its place until it has.
  const submit = Math.max(0, Math.min(wanted - serving.length, max - pilots.length));
  return {
    wanted,
    submit,
    cancel,
    drain,
    why: reasonFor({ needed, wanted, waiting, running, beyondMax }, options),
  };
}

function reasonFor(
  found: Demand & { needed: number; wanted: number; beyondMax: number },
  { min, max, jobsPerPilot }: ScalingOptions,
): string {
  const { needed, wanted, waiting, running, beyondMax } = found;
  const work = `${waiting} waiting and ${running} running at ${jobsPerPilot} for each pilot`;
  if (beyondMax > 0) return `${beyondMax} more than the maximum of ${max}: they end what they do.`;
  if (needed > max) return `The maximum of ${max}; ${work} would need ${needed}.`;
  if (needed < min) return `The minimum of ${min}; ${work} need ${needed}.`;
  return wanted === 0 ? "Nothing waits." : `${work} need ${needed}.`;
}
