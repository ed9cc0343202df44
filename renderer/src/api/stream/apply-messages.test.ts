import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { JobEvents, JobList } from "../../../../services/contract/api.ts";
import type { Event } from "../../../../services/contract/event.ts";
import type { Job } from "../../../../services/contract/job.ts";
import type { DigestResult } from "../../../../services/contract/result.ts";
import { eventOf, jobOf } from "../../testing/wire.ts";
import { keys } from "../keys.ts";
import { applyMessages } from "./apply-messages.ts";

const result: DigestResult = {
  status: "completed",
  tables: [],
  matrix: null,
  validation: [],
  errors: [],
  errorCount: 0,
  warnings: [],
  durationMs: 1,
  bytesRead: 1,
};

describe("applyMessages", () => {
  it("brings an event to the job's page, its events and the activity", () => {
    const client = new QueryClient();
    client.setQueryData<Job>(keys.job("1"), { ...jobOf(1), result: null });
    client.setQueryData<JobEvents>(keys.jobEvents("1"), { events: [eventOf(1)] });
    const event = eventOf(2, { type: "claimed", status: "in_progress" });
    const stale = applyMessages(client, [
      { kind: "event", event, job: jobOf(1, { status: "in_progress" }) },
    ]);
    expect(client.getQueryData<Job>(keys.job("1"))?.status).toBe("in_progress");
    expect(client.getQueryData<JobEvents>(keys.jobEvents("1"))?.events).toHaveLength(2);
    expect(client.getQueryData<Event[]>(keys.activity)).toEqual([event]);
    expect(stale).toEqual({
      everything: false,
      keys: [keys.jobCounts, keys.failedLately, keys.facets],
    });
  });

  it("drops the rows of removed jobs, and asks for what moves up and for their open pages", () => {
    const client = new QueryClient();
    const filter = { q: "", sort: "-id" } as const;
    const page = keys.jobPage(filter, 0);
    const list: JobList = {
      jobs: [jobOf(3), jobOf(2), jobOf(1)],
      total: 3,
      counts: { submitted: 3, in_progress: 0, completed: 0, failed: 0, aborted: 0 },
      nextCursor: null,
      unsearched: 0,
    };
    client.setQueryData<JobList>(page, list);
    for (const id of [1, 2]) {
      client.setQueryData<Job>(keys.job(`job_${id}`), { ...jobOf(id), result: null });
    }
    client.setQueryData<JobEvents>(keys.jobEvents("1"), { events: [eventOf(1)] });
    const about = { job: null, key: null, attempt: null, digester: null };
    const event = eventOf(9, { ...about, type: "jobs_removed", removed: [1, 3] });
    const stale = applyMessages(client, [{ kind: "event", event, job: null }]);
    expect(client.getQueryData<JobList>(page)?.jobs.map(({ id }) => id)).toEqual([2]);
    expect(client.getQueryData<Job>(keys.job("job_1"))).toBeUndefined();
    expect(client.getQueryData<Job>(keys.job("job_2"))?.id).toBe(2);
    expect(client.getQueryData<Event[]>(keys.activity)).toEqual([event]);
    expect(stale).toEqual({
      everything: false,
      keys: [keys.jobCounts, keys.failedLately, keys.facets, keys.jobLists],
    });
  });

  it("asks for the result of a job that has ended, and keeps the one that is there", () => {
    const client = new QueryClient();
    const settled = jobOf(1, { status: "completed", settledAt: "2026-11-24T09:31:00.000Z" });
    client.setQueryData<Job>(keys.job("job_1"), { ...jobOf(1), result: null });
    const message = { kind: "event", event: eventOf(3), job: settled } as const;
    expect(applyMessages(client, [message]).keys).toEqual([keys.job("job_1")]);
    client.setQueryData<Job>(keys.job("job_1"), { ...settled, result });
    expect(applyMessages(client, [message]).keys).toEqual([]);
    expect(client.getQueryData<Job>(keys.job("job_1"))?.result).toEqual(result);
  });

  it("forgets the result of an attempt when the next one begins", () => {
    const client = new QueryClient();
    const settled = jobOf(1, { status: "failed", settledAt: "2026-11-24T09:31:00.000Z" });
    client.setQueryData<Job>(keys.job("1"), { ...settled, result });
    applyMessages(client, [{ kind: "event", event: eventOf(4), job: jobOf(1, { attempt: 2 }) }]);
    expect(client.getQueryData<Job>(keys.job("1"))?.result).toBeNull();
  });

  it("lets the last message about a job win", () => {
    const client = new QueryClient();
    client.setQueryData<Job>(keys.job("1"), { ...jobOf(1), result: null });
    applyMessages(client, [
      { kind: "progress", job: jobOf(1, { progress: 0.2 }) },
      { kind: "progress", job: jobOf(1, { progress: 0.6 }) },
    ]);
    expect(client.getQueryData<Job>(keys.job("1"))?.progress).toBe(0.6);
  });

  it("does not take another job for one whose key looks like its number", () => {
    const client = new QueryClient();
    client.setQueryData<Job>(keys.job("1"), { ...jobOf(7, { key: "1" }), result: null });
    applyMessages(client, [{ kind: "progress", job: jobOf(1, { progress: 0.5 }) }]);
    expect(client.getQueryData<Job>(keys.job("1"))?.id).toBe(7);
  });

  it("asks for what an answer on its way may overwrite with older news", async () => {
    const client = new QueryClient();
    const filter = { q: "", sort: "-id" as const };
    const list = keys.jobPage(filter, 0);
    const answers: Array<(value: null) => void> = [];
    const queryFn = () => new Promise<null>((resolve) => answers.push(resolve));
    const asking = client.fetchQuery({ queryKey: list, queryFn });
    const stale = applyMessages(client, [{ kind: "event", event: eventOf(5), job: jobOf(1) }]);
    expect(stale.keys).toEqual([keys.jobList(filter)]);
    answers[0]?.(null);
    await asking;
  });

  it("asks for the templates when one of them changed, and not for the digesters", () => {
    const client = new QueryClient();
    const about = { job: null, key: null, attempt: null, digester: null };
    const event = eventOf(6, { ...about, type: "template_renamed", message: "“a” is “b” now." });
    expect(applyMessages(client, [{ kind: "event", event, job: null }]).keys).toEqual([
      keys.templates,
    ]);
  });

  it("passes on that digesters changed and that the gap is too old", () => {
    const client = new QueryClient();
    expect(applyMessages(client, [{ kind: "digesters" }]).keys).toEqual([
      keys.digesters,
      keys.clusters,
    ]);
    client.setQueryData<Event[]>(keys.activity, [eventOf(900)]);
    expect(applyMessages(client, [{ kind: "reset" }]).everything).toBe(true);
    expect(client.getQueryData<Event[]>(keys.activity)).toEqual([]);
  });
});
