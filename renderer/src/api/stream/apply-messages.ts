import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { JobEvents } from "../../../../services/contract/api.ts";
import type { Event, StreamMessage } from "../../../../services/contract/event.ts";
import type { Job, JobSummary } from "../../../../services/contract/job.ts";
import type { JobFilter } from "../job-filter.ts";
import type { JobPages } from "../jobs.ts";
import { keys } from "../keys.ts";
import { mergeEvents } from "./merge-events.ts";
import { applyJobs, type JobChanges } from "./job-pages.ts";

/** What is to be asked again because the messages alone do not say it. */
export interface Stale {
  /** The stream had a gap: nothing that is known is certain. */
  readonly everything: boolean;
  readonly keys: readonly QueryKey[];
}

/** How many of the newest events the activity page keeps. */
const activityLength = 2000;

/** Brings a batch of stream messages into the cache and tells what they leave to be asked. */
export function applyMessages(client: QueryClient, messages: readonly StreamMessage[]): Stale {
  const { jobs, events, digesters, everything } = sortOut(messages);
  const happened = new Set(events.flatMap((event) => (event.job === null ? [] : [event.job])));
  applyToActivity(client, events);
  return {
    everything,
    keys: [
      ...(events.some((event) => event.status !== undefined)
        ? [keys.jobCounts, keys.failedLately]
        : []),
      ...(digesters ? [keys.digesters] : []),
      ...applyToLists(client, { jobs, happened }),
      ...applyToJobs(client, jobs),
      ...applyToJobEvents(client, events),
    ],
  };
}

function sortOut(messages: readonly StreamMessage[]) {
  const jobs = new Map<number, JobSummary>();
  const events: Event[] = [];
  let digesters = false;
  let everything = false;
  for (const message of messages) {
    switch (message.kind) {
      case "event":
        events.push(message.event);
        if (message.job === null) digesters = true;
        else jobs.set(message.job.id, message.job);
        break;
      case "progress":
        jobs.set(message.job.id, message.job);
        break;
      case "digesters":
        digesters = true;
        break;
      case "reset":
        everything = true;
        break;
    }
  }
  return { jobs, events, digesters, everything };
}

function applyToLists(client: QueryClient, changes: JobChanges): QueryKey[] {
  if (changes.jobs.size === 0) return [];
  const stale: QueryKey[] = [];
  const lists = client.getQueriesData<JobPages>({ queryKey: keys.jobLists });
  for (const [key, pages] of lists) {
    if (changes.happened.size > 0 && isFetching(client, key)) stale.push(key);
    if (pages === undefined) continue;
    const change = applyJobs(pages, key[2] as JobFilter, changes);
    client.setQueryData(key, change.pages);
    if (change.stale) stale.push(key);
  }
  return stale;
}

/** A job's page is found by number or by key, as the address bar has it. The stream's jobs come without the result. */
function applyToJobs(client: QueryClient, jobs: ReadonlyMap<number, JobSummary>): QueryKey[] {
  const stale: QueryKey[] = [];
  for (const job of jobs.values()) {
    for (const key of [keys.job(String(job.id)), keys.job(job.key)]) {
      if (isFetching(client, key)) stale.push(key);
      const before = client.getQueryData<Job>(key);
      if (before === undefined || before.id !== job.id) continue;
      const hasEnded = job.settledAt !== null;
      const result = hasEnded && job.settledAt === before.settledAt ? before.result : null;
      client.setQueryData<Job>(key, { ...job, result });
      if (hasEnded && job.settledAt !== before.settledAt) stale.push(key);
    }
  }
  return stale;
}

function applyToJobEvents(client: QueryClient, events: readonly Event[]): QueryKey[] {
  const stale: QueryKey[] = [];
  for (const event of events) {
    if (event.job === null) continue;
    const key = keys.jobEvents(String(event.job));
    if (isFetching(client, key)) stale.push(key);
    client.setQueryData<JobEvents>(key, (before) =>
      before === undefined ? undefined : { events: mergeEvents(before.events, [event]) },
    );
  }
  return stale;
}

function applyToActivity(client: QueryClient, events: readonly Event[]): void {
  if (events.length === 0) return;
  client.setQueryData<Event[]>(keys.activity, (before) =>
    mergeEvents(before ?? [], events).slice(-activityLength),
  );
}

/** An answer on its way may be older than the message at hand and would put itself in its place. */
function isFetching(client: QueryClient, key: QueryKey): boolean {
  return client.getQueryState(key)?.fetchStatus === "fetching";
}
