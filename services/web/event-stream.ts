import type { Response } from "express";
import type { Event, StreamMessage } from "../contract/event.ts";
import { toJobSummary, type JobRecord } from "./jobs/job-record.ts";
import type { Store } from "./store/store.ts";

/** Messages for whoever watches: every durable change, with replay, and what is said in passing. */
export interface EventStream {
  /** Answers a request with the stream, from the event after `lastEventId` on, or from now on. */
  open(response: Response, lastEventId: number | null): Promise<void>;
  /** Volatile fields of a job have changed. Several changes within a moment are told as one. */
  readonly jobTouched: (job: JobRecord) => void;
  /** The list of digesters, or what one of them does, has changed. Several within a moment are told as one. */
  digestersChanged(): void;
  /** Says good-bye to all and takes no more. */
  close(): void;
}

export interface EventStreamOptions {
  readonly heartbeatMs?: number;
  /** What is said in passing is gathered for so long. */
  readonly gatherMs?: number;
  /** A client with more than this unread is cut off; it comes back and replays. */
  readonly maxUnreadBytes?: number;
}

interface Client {
  readonly response: Response;
  /** Events that came while the older ones are still being replayed; null once live. */
  waiting: Array<{ event: Event; text: string }> | null;
  lastSeq: number;
}

const replayPage = 500;

export function createEventStream(store: Store, options: EventStreamOptions = {}): EventStream {
  const { heartbeatMs = 15_000, gatherMs = 200, maxUnreadBytes = 4 * 1024 * 1024 } = options;
  const clients = new Set<Client>();
  const touched = new Map<number, JobRecord>();
  let digesters = false;
  let gathering: NodeJS.Timeout | null = null;
  let closed = false;

  const unsubscribe = store.subscribe((event, job) => {
    if (job !== null) touched.delete(job.id);
    if (clients.size === 0) return;
    const text = eventText(event, job);
    for (const client of clients) {
      if (client.waiting === null) sendEvent(client, event, text);
      else client.waiting.push({ event, text });
    }
  });

  const heartbeat = setInterval(() => {
    for (const client of clients) write(client, ":\n\n");
  }, heartbeatMs);
  heartbeat.unref();

  function write(client: Client, text: string): void {
    if (client.response.writableLength > maxUnreadBytes) {
      clients.delete(client);
      client.response.destroy();
      return;
    }
    gatherWrites(client.response);
    client.response.write(text);
  }

  function sendEvent(client: Client, event: Event, text: string): void {
    if (event.seq <= client.lastSeq) return;
    client.lastSeq = event.seq;
    write(client, text);
  }

  function gather(): void {
    if (gathering !== null || closed) return;
    gathering = setTimeout(() => {
      gathering = null;
      const texts = [...touched.values()].map((job) =>
        messageText({ kind: "progress", job: toJobSummary(job) }),
      );
      if (digesters) texts.push(messageText({ kind: "digesters" }));
      touched.clear();
      digesters = false;
      for (const client of clients) if (client.waiting === null) write(client, texts.join(""));
    }, gatherMs);
    gathering.unref();
  }

  /** Brings a client up to date, page by page, then lets the live events through. */
  async function replay(client: Client): Promise<void> {
    for (;;) {
      const events = await store.eventsAfter(client.lastSeq, replayPage);
      const newest = await store.lastSeq();
      if (events === null || client.lastSeq > newest) {
        client.lastSeq = newest;
        write(client, `id: ${newest}\n${messageText({ kind: "reset" })}`);
        break;
      }
      for (const event of events) {
        const job = event.job === null ? null : await store.job(event.job);
        sendEvent(client, event, eventText(event, job));
      }
      if (events.length < replayPage || !clients.has(client)) break;
      await drained(client.response);
    }
    const waiting = client.waiting ?? [];
    client.waiting = null;
    for (const { event, text } of waiting) sendEvent(client, event, text);
  }

  return {
    async open(response, lastEventId) {
      response.writeHead(200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        // A proxy that gathers the answer would hold back every event.
        "X-Accel-Buffering": "no",
      });
      if (closed) {
        response.end(bye);
        return;
      }
      const client: Client = { response, waiting: [], lastSeq: 0 };
      clients.add(client);
      response.on("close", () => clients.delete(client));
      response.on("error", () => clients.delete(client));
      client.lastSeq = lastEventId ?? (await store.lastSeq());
      // An id without data is remembered by the browser and sent with its next connection.
      response.write(`retry: 1000\nid: ${client.lastSeq}\n\n`);
      await replay(client);
    },
    jobTouched(job) {
      if (clients.size === 0) return;
      touched.set(job.id, job);
      gather();
    },
    digestersChanged() {
      digesters = true;
      gather();
    },
    close() {
      closed = true;
      unsubscribe();
      clearInterval(heartbeat);
      if (gathering !== null) clearTimeout(gathering);
      for (const { response } of clients) response.end(bye);
      clients.clear();
    },
  };
}

const bye = "event: bye\ndata: {}\n\n";

function messageText(message: StreamMessage): string {
  return `event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`;
}

function eventText(event: Event, job: JobRecord | null): string {
  const text = messageText({ kind: "event", event, job: job === null ? null : toJobSummary(job) });
  // Whoever watches has seen what is not there any more.
  const more = event.type === "record_went_back" ? messageText({ kind: "reset" }) : "";
  return `id: ${event.seq}\n${text}${more}`;
}

/** What is said in one turn goes out in one piece. */
function gatherWrites(response: Response): void {
  if (response.writableCorked > 0) return;
  response.cork();
  setImmediate(() => response.uncork());
}

function drained(response: Response): Promise<void> {
  if (!response.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
