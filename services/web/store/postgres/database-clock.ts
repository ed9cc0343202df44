/**
 * The database's clock, as far as it can be told from here: several web services go by it, so that their own clocks need
 * not agree. Between two looks it runs with this machine's monotonic clock.
 */
export interface DatabaseClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Learns from an answer what the database's clock said, at some time between question and answer. */
  learn(databaseMs: number, askedAt: number, answeredAt: number): void;
}

interface Look {
  readonly offset: number;
  /** Half of the time that the question was under way: the true offset is no further away. */
  readonly error: number;
}

const remembered = 16;

/** @param monotonic milliseconds of the clock that `askedAt` and `answeredAt` are of. */
export function createDatabaseClock(monotonic: () => number): DatabaseClock {
  let looks: Look[] = [];
  let offset = Date.now() - monotonic();
  return {
    now: () => Math.round(monotonic() + offset),
    learn(databaseMs, askedAt, answeredAt) {
      const error = (answeredAt - askedAt) / 2;
      const look = { offset: databaseMs - (askedAt + answeredAt) / 2, error };
      // A clock that was set, or a machine that has slept: what was known before is not true any more.
      looks = looks.filter(
        (other) => Math.abs(other.offset - look.offset) <= other.error + error + 5,
      );
      looks = [...looks.slice(1 - remembered), look];
      offset = looks.reduce((best, other) => (other.error < best.error ? other : best)).offset;
    },
  };
}
