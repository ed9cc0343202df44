import * as fc from "fast-check";
import { create, complete, now, templateContent } from "./store-fixtures.ts";
import { eventOf } from "../jobs/change-parts.ts";
import { applyPatch, newJob } from "../jobs/job-model.ts";
import { hold } from "../jobs/person-changes.ts";
import { templateBook } from "../templates.ts";
import { operation, perform } from "./store-model.ts";
import type { Store } from "./store.ts";

/** For tests: a record with something of everything that a store may hold. */
export async function putVariety(store: Store): Promise<void> {
  for (const [at, asked] of fc.sample(operation, { numRuns: 60, seed: 7 }).entries()) {
    await perform(store, asked, now + at).catch(() => undefined);
  }
  const odd = await create(store, "odd", { message: "NUL \0, half of a pair \ud83d, Ä\u0001" });
  await store.update(odd.id, (job) => hold(job, 'Ada "A" \\ Lovelace', now + 100));
  const running = await store.create(newJob({ key: "running", crop: "dev" }, now), null);
  await store.update(running.id, (job) =>
    applyPatch(job, { attempt: 1, digester: "d1", status: "in_progress", callback: 1 }, now, 1000),
  );
  store.touch(running.id, { progress: 0.25, bytesRead: 2 ** 40, bytesTotal: 2 ** 41 });
  const ended = await create(store, "ended");
  await complete(store, ended.id);
  await store.record(eventOf(ended, "refused", now + 200));
  await store.record({ ...eventOf(ended, "digester_lost", now + 201), job: null, key: null });
  await store.setSetting("nothing", null);
  await store.setSetting("digester/d1", { url: "http://d1", list: [1, "two", { three: null }] });
  const templates = templateBook({ store, now: () => now });
  await templates.save("Ä / 1", { ...templateContent, by: "Ada" });
  await templates.save("Z", templateContent);
}
