import { setTimeout as sleep } from "node:timers/promises";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { StreamMessage, type Event } from "../../services/contract/event.ts";
import type { JobSummary } from "../../services/contract/job.ts";

/** What the console sees: the event stream of a web service that comes and goes, without gaps. */
export interface Follower {
  /** Every event that was told, in order. */
  readonly told: readonly Event[];
  /** The newest that is known of each job, by key. */
  readonly jobs: ReadonlyMap<string, JobSummary>;
  /** Times the stream could not be replayed from where it had broken off. */
  readonly resets: () => number;
  /** Called with each event and with each word of progress (event null). Answers the way out. */
  readonly watch: (listener: (event: Event | null, job: JobSummary | null) => void) => () => void;
  readonly close: () => Promise<void>;
}

/** @param url of the web service; asked again whenever the stream has broken off. */
export function follow(url: string, headers: Record<string, string>): Follower {
  const told: Event[] = [];
  const jobs = new Map<string, JobSummary>();
  const listeners = new Set<(event: Event | null, job: JobSummary | null) => void>();
  const closing = new AbortController();
  let resets = 0;

  const take = (message: StreamMessage): void => {
    if (message.kind === "reset") resets += 1;
    if (message.kind !== "event" && message.kind !== "progress") return;
    const event = message.kind === "event" ? message.event : null;
    if (event !== null) told.push(event);
    const { job } = message;
    if (job !== null) jobs.set(job.key, job);
    for (const listener of listeners) listener(event, job);
  };

  const read = async (): Promise<void> => {
    const last = told.at(-1)?.seq ?? 0;
    const response = await fetch(`${url}/api/v1/events`, {
      headers: { ...headers, "last-event-id": String(last) },
      signal: closing.signal,
    });
    if (!response.ok || response.body === null) return;
    const messages = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { data } of messages) {
      const message = StreamMessage.safeParse(JSON.parse(data));
      if (message.success) take(message.data);
    }
  };

  const reading = (async () => {
    while (!closing.signal.aborted) {
      // The service is down, or was killed while it spoke.
      await read().catch(() => undefined);
      await sleep(50);
    }
  })();

  return {
    told,
    jobs,
    resets: () => resets,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      await reading;
    },
  };
}
