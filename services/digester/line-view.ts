import type { WaitingJob } from "../contract/regulator.ts";
import type { LineEntry } from "./line.ts";
import type { Decision } from "./regulators/regulator.ts";

export interface LineParts {
  /** Those that are being claimed: not in the line any more, and not running yet. */
  readonly claiming: readonly LineEntry[];
  /** Those in the line, in any order. */
  readonly waiting: readonly LineEntry[];
  /** Those that run. */
  readonly running: readonly LineEntry[];
  readonly decision: Decision;
  /** Why a job waits that the regulator was not asked about. */
  readonly otherReason: (entry: LineEntry) => string;
  /** When jobs are expected to start, by id, in milliseconds since 1970. */
  readonly expected?: ReadonlyMap<string, number>;
}

/** The line as people see it: those that are about to start, those in the regulator's order, the rest. */
export function viewLine(parts: LineParts): WaitingJob[] {
  const { claiming, waiting, running, decision, otherReason } = parts;
  const numbers = new Map(
    [...claiming, ...waiting, ...running].map(({ id, dispatch }) => [id, dispatch.job]),
  );
  const entries = new Map(waiting.map((entry) => [entry.id, entry]));
  const ordered = decision.waiting.flatMap(({ id, reason, after }) => {
    const entry = entries.get(id);
    return entry === undefined ? [] : [{ entry, reason, after: numberOf(numbers, after) }];
  });
  const told = new Set(ordered.map(({ entry }) => entry.id));
  const others = waiting.filter(({ id }) => !told.has(id));
  return [
    ...claiming.map((entry) => ({ entry, reason: "Starting now.", after: null })),
    ...ordered,
    ...others.map((entry) => ({ entry, reason: otherReason(entry), after: null })),
  ].map(({ entry: { id, dispatch }, reason, after }, index) => {
    const startsAt = parts.expected?.get(id);
    return {
      job: dispatch.job,
      key: dispatch.key,
      position: index + 1,
      reason,
      after,
      ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt).toISOString() }),
    };
  });
}

function numberOf(numbers: ReadonlyMap<string, number>, id: string | null): number | null {
  return id === null ? null : (numbers.get(id) ?? null);
}
