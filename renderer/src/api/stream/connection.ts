/**
 * What the page knows about its own freshness. Times are milliseconds of this machine's clock.
 *
 * The lag of an event is the time between its stamp and its arrival. The service's clock may be off: the smallest lag ever
 * seen is taken for that difference, and what goes beyond it for true delay.
 */
export interface Connection {
  readonly state: "connecting" | "open" | "broken";
  /** When the state began. */
  readonly since: number;
  /** Smallest arrival minus stamp so far; null before the first event. */
  readonly skew: number | null;
  /** Delay of the newest event, milliseconds. */
  readonly lag: number;
  /** When the last message came. */
  readonly heardAt: number | null;
}

export type Mark =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "behind"; readonly seconds: number }
  | { readonly kind: "disconnected"; readonly since: number };

export function newConnection(now: number): Connection {
  return { state: "connecting", since: now, skew: null, lag: 0, heardAt: null };
}

export function opened(connection: Connection, now: number): Connection {
  return { ...connection, state: "open", since: now, lag: 0 };
}

/** A second failure of a broken connection does not make it younger. */
export function broke(connection: Connection, now: number): Connection {
  return connection.state === "broken"
    ? connection
    : { ...connection, state: "broken", since: now };
}

/** @param stamp of the newest event in what arrived; null when it had none. */
export function heard(connection: Connection, stamp: number | null, now: number): Connection {
  if (stamp === null) return { ...connection, heardAt: now };
  const late = now - stamp;
  const skew = connection.skew === null ? late : Math.min(connection.skew, late);
  return { ...connection, skew, lag: late - skew, heardAt: now };
}

/** Once nothing more comes for this long, the backlog has been worked off. */
const caughtUpMs = 1500;
const noticeableLagMs = 2000;

/** A plain request that got no answer, and when one was last answered (0: never). */
export interface FailedProbe {
  readonly failedAt: number;
  readonly answeredAt: number;
}

/** What to show. A stream that seems open is not believed once a later request got no answer. */
export function markOf(connection: Connection, probe: FailedProbe | null, now: number): Mark {
  const heardAt = connection.heardAt ?? 0;
  if (connection.state === "broken") return { kind: "disconnected", since: connection.since };
  if (probe !== null && probe.failedAt > Math.max(heardAt, connection.since)) {
    return { kind: "disconnected", since: Math.max(heardAt, probe.answeredAt) || probe.failedAt };
  }
  if (connection.state === "connecting") return { kind: "connecting" };
  const isBusy = now - heardAt < caughtUpMs;
  return isBusy && connection.lag >= noticeableLagMs
    ? { kind: "behind", seconds: Math.round(connection.lag / 1000) }
    : { kind: "live" };
}
