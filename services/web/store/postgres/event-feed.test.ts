import { expect, it } from "vitest";
import { toEvent } from "../../jobs/job-record.ts";
import { removalEvent } from "../expired-jobs.ts";
import { defaultPatience, readDatabaseUrl } from "./connection.ts";
import { createDatabaseClock } from "./database-clock.ts";
import { createEventFeed, type EventFeed, type Happened } from "./event-feed.ts";

const happened = (seq: number): Happened => ({
  event: toEvent(seq, removalEvent([1], 0, "old")),
  job: null,
});

it("tells of what is committed while it finds that older events are gone", async () => {
  const told: number[] = [];
  const later: Array<Promise<void>> = [];
  const feed: EventFeed = createEventFeed({
    // Nobody listens there: what is committed here is all that it hears of.
    database: readDatabaseUrl("postgres://nobody@127.0.0.1:1/none", defaultPatience),
    clock: createDatabaseClock(() => 0),
    monotonic: () => performance.now(),
    channel: "none",
    writer: "me",
    from: 10,
    async read(seq) {
      // As from a database: not before the question has gone out.
      await Promise.resolve();
      if (later.length === 0) later.push(feed.committed([], 15));
      return seq < 12 ? [] : [13, 14, 15].filter((one) => one > seq).map(happened);
    },
    onEvent: ({ event }) => void told.push(event.seq),
    onPooler: () => undefined,
    onBehind: async () => undefined,
    onState: () => undefined,
    pollMs: 60_000,
  });
  await feed.committed([], 12);
  await Promise.all(later);
  await feed.stop();
  expect(told).toEqual([13, 14, 15]);
});
