import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Event } from "../contract/event.ts";
import { measureEventLoopDelay } from "../observability/event-loop-delay.ts";
import type { JobRecord } from "./jobs/job-record.ts";
import type { Store } from "./store/store.ts";

/** What the web service tells Prometheus. */
export interface WebMetrics {
  readonly contentType: string;
  readonly text: () => Promise<string>;
  /** A write of the store, with its fsync, took so many milliseconds. */
  readonly storeWritten: (ms: number) => void;
  /** A job that was in line for so many milliseconds was claimed. */
  readonly waited: (ms: number) => void;
  /** A digester that does not see the data has fetched, or returned, so many bytes of it. */
  readonly bytesFetched: (bytes: number) => void;
  readonly bytesReturned: (bytes: number) => void;
  /** Counts what happens in the store from now on; returns the way out. */
  readonly follow: (store: Pick<Store, "subscribe" | "counts">) => () => void;
}

const jobSeconds = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];
const writeSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

export function createWebMetrics(): WebMetrics {
  const registry = new Registry();
  const registers = [registry];
  const waits = new Histogram({
    name: "digester_web_job_wait_seconds",
    help: "From the moment a job is in line to the claim of its next attempt.",
    buckets: jobSeconds,
    registers,
  });
  const runs = new Histogram({
    name: "digester_web_job_run_seconds",
    help: "From the claim of a job's last attempt to its end.",
    labelNames: ["status"],
    buckets: jobSeconds,
    registers,
  });
  const events = new Counter({
    name: "digester_web_events_total",
    help: "Everything that happened, by type.",
    labelNames: ["type"],
    registers,
  });
  const leases = new Counter({
    name: "digester_web_lease_expiries_total",
    help: "Attempts that were lost because their digester was not heard from.",
    registers,
  });
  const refused = new Counter({
    name: "digester_web_stale_callbacks_total",
    help: "Callbacks that were refused because they did not speak for the current attempt.",
    registers,
  });
  const removed = new Counter({
    name: "digester_web_jobs_removed_total",
    help: "Settled jobs that were removed because they are not to be kept any longer.",
    registers,
  });
  const fetched = new Counter({
    name: "digester_web_fetched_bytes_total",
    help: "Bytes of sources that digesters fetched which do not see them.",
    registers,
  });
  const returned = new Counter({
    name: "digester_web_returned_bytes_total",
    help: "Bytes of digests that such digesters returned.",
    registers,
  });
  const writes = new Histogram({
    name: "digester_web_store_write_seconds",
    help: "Appending to the store's journal and bringing it to disk.",
    buckets: writeSeconds,
    registers,
  });

  const count = (event: Event, job: JobRecord | null): void => {
    events.inc({ type: event.type });
    if (event.removed !== undefined) removed.inc(event.removed.length);
    if (job === null) return;
    switch (event.type) {
      case "lease_expired":
        leases.inc();
        break;
      case "settled":
        if (job.startedAt !== null) {
          const status = event.status ?? job.status;
          runs.observe({ status }, secondsFrom(job.startedAt, Date.parse(event.at)));
        }
        break;
      case "refused":
        refused.inc();
        break;
      default:
    }
  };

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    waited: (ms) => waits.observe(ms / 1000),
    bytesFetched: (bytes) => fetched.inc(bytes),
    bytesReturned: (bytes) => returned.inc(bytes),
    storeWritten: (ms) => writes.observe(ms / 1000),
    follow: (store) => {
      const stopMeasuring = measureEventLoopDelay(registry, "digester_web");
      const leave = store.subscribe(count);
      registry.registerMetric(
        new Gauge({
          name: "digester_web_jobs",
          help: "Jobs by status.",
          labelNames: ["status"],
          registers: [],
          async collect() {
            for (const [status, jobs] of Object.entries(await store.counts())) {
              this.set({ status }, jobs);
            }
          },
        }),
      );
      return () => {
        leave();
        stopMeasuring();
      };
    },
  };
}

function secondsFrom(start: number, end: number): number {
  return Math.max(0, end - start) / 1000;
}
