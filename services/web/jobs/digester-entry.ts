import type { AttachedDigester, CallbackTarget, DigesterStatus } from "../../contract/digester.ts";
import type { RegulatorInfo } from "../../contract/regulator.ts";
import type { DigesterClient } from "./digester-client.ts";
import type { DigesterRecord } from "./digester-record.ts";
import type { Candidate } from "./placement.ts";

/** What the directory knows of a digester. */
export interface DigesterEntry {
  record: DigesterRecord;
  client: DigesterClient;
  status: DigesterStatus | null;
  regulators: readonly RegulatorInfo[];
  /** Why the last attempt to reach it failed; null after one that did not. */
  problem: string | null;
  /** Not reached for so long that nothing is expected of it. */
  isLost: boolean;
  lastHeardAt: number | null;
  lastReached: number;
  following: { abort: AbortController; ended: Promise<void> } | null;
}

/** As people are shown it. */
export function toAttached(entry: DigesterEntry): AttachedDigester {
  const { id, url, attachedAt } = entry.record;
  return {
    id,
    url,
    attachedAt: new Date(attachedAt).toISOString(),
    reachable: entry.status !== null && !entry.isLost,
    lastHeardAt: entry.lastHeardAt === null ? null : new Date(entry.lastHeardAt).toISOString(),
    problem: entry.problem,
    status: entry.status,
    regulators: [...entry.regulators],
  };
}

/** As placement judges it. */
export function toCandidate({ record, status, problem, isLost }: DigesterEntry): Candidate {
  const isKnown = status !== null && !isLost && problem === null;
  return {
    id: record.id,
    problem: isKnown ? null : (problem ?? "not heard from yet"),
    silent: status !== null && !isKnown,
    draining: status?.draining ?? false,
    paused: status?.paused ?? false,
    workers: status?.workers ?? 1,
    lineLimit: status?.lineLimit ?? 0,
    revision: status?.revision ?? 0,
    waiting: status?.waiting.map((waiting) => waiting.job) ?? [],
    running: status?.running.map((run) => run.job) ?? [],
    dataRoots: status?.dataRoots ?? [],
    labels: status?.labels ?? [],
    fetches: status?.fetches,
  };
}

/** Where this digester tells of its jobs. */
export function callbackOf({ callbackUrl, callbackToken }: DigesterRecord): CallbackTarget {
  return { url: callbackUrl, token: callbackToken, batch: true };
}

/** Whether both are reached and let in the same way, so that whoever follows the one goes on with the other. */
export function isSameAttachment(a: DigesterRecord, b: DigesterRecord): boolean {
  return (
    a.url === b.url &&
    a.token === b.token &&
    a.callbackToken === b.callbackToken &&
    a.detached === b.detached
  );
}
