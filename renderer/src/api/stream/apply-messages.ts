import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { JobEvents, JobList } from "../../../../services/contract/api.ts";
import type { Event, StreamMessage } from "../../../../services/contract/event.ts";
import type { Job, JobSummary } from "../../../../services/contract/job.ts";
import type { JobFilter } from "../job-filter.ts";
import { keys } from "../keys.ts";
import { applyJobs, mayMove, type JobChanges } from "./apply-to-list.ts";
import { mergeEvents } from "./merge-events.ts";

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
  const { jobs, events, digesters, templates, everything } = sortOut(messages);
  const happened = idsOf(events);
  const created = idsOf(events.filter((event) => event.type === "submitted"));
  const removed = new Set(events.flatMap((event) => event.removed ?? []));
  // What came before a gap may be of another record.
  if (everything) forgetActivity(client);
  applyToActivity(client, events);
  return {
    everything,
    keys: [
      ...(removed.size > 0 || events.some((event) => event.status !== undefined)
        ? [keys.jobCounts, keys.failedLately, keys.facets]
        : []),
      ...(digesters ? [keys.digesters, keys.clusters] : []),
      ...(templates ? [keys.templates] : []),
      ...events.flatMap(({ job, digester }) =>
        job === null && digester !== null ? [keys.digesterEvents(digester)] : [],
      ),
      ...applyToLists(client, { jobs, happened, created }),
      ...applyToJobs(client, jobs),
      ...applyToJobEvents(client, events),
      ...dropJobs(client, removed),
    ],
  };
}

function idsOf(events: readonly Event[]): Set<number> {
  return new Set(events.flatMap((event) => (event.job === null ? [] : [event.job])));
}

function sortOut(messages: readonly StreamMessage[]) {
  const jobs = new Map<number, JobSummary>();
  const events: Event[] = [];
  let digesters = false;
  let templates = false;
  let everything = false;
  for (const message of messages) {
    switch (message.kind) {
      case "event":
        events.push(message.event);
        if (message.event.removed !== undefined) break;
        if (message.event.type.startsWith("template_")) templates = true;
        else if (message.job === null) digesters = true;
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
  return { jobs, events, digesters, templates, everything };
}

function applyToLists(client: QueryClient, changes: JobChanges): QueryKey[] {
  if (changes.jobs.size === 0) return [];
  const stale: QueryKey[] = [];
  for (const [filter, pages] of listsOf(client)) {
    const known = new Map<number, JobSummary>();
    let isAsking = false;
    for (const { key, list } of pages) {
      isAsking ||= isFetching(client, key);
      if (list === undefined) continue;
      for (const job of list.jobs) if (changes.jobs.has(job.id)) known.set(job.id, job);
      client.setQueryData(key, applyJobs(list, changes.jobs));
    }
    if ((isAsking && changes.happened.size > 0) || mayMove(filter, changes, known)) {
      stale.push(keys.jobList(filter));
    }
  }
  return stale;
}

/** The pages at hand of each list. */
function listsOf(client: QueryClient) {
  const lists = new Map<JobFilter, { key: QueryKey; list: JobList | undefined }[]>();
  const byName = new Map<string, JobFilter>();
  for (const [key, list] of client.getQueriesData<JobList>({ queryKey: keys.jobLists })) {
    const filter = key[2] as JobFilter;
    const name = JSON.stringify(filter);
    const same = byName.get(name) ?? filter;
    byName.set(name, same);
    lists.set(same, [...(lists.get(same) ?? []), { key, list }]);
  }
  return lists;
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

/** Jobs that are gone: their rows go at once, and what moves up is asked for. An open page of one says so. */
function dropJobs(client: QueryClient, removed: ReadonlySet<number>): QueryKey[] {
  if (removed.size === 0) return [];
  for (const [key, list] of client.getQueriesData<JobList>({ queryKey: keys.jobLists })) {
    if (list === undefined) continue;
    const jobs = list.jobs.filter(({ id }) => !removed.has(id));
    if (jobs.length < list.jobs.length) client.setQueryData<JobList>(key, { ...list, jobs });
  }
  for (const query of client.getQueryCache().findAll({ queryKey: keys.everyJob })) {
    const job = client.getQueryData<Job>(query.queryKey);
    if (job === undefined || !removed.has(job.id)) continue;
    void client.resetQueries({ queryKey: query.queryKey });
  }
  return [keys.jobLists];
}

/** Leaves the newest events to be asked for, where they may have been missed. */
export function forgetActivity(client: QueryClient): void {
  client.setQueryData<Event[]>(keys.activity, []);
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
