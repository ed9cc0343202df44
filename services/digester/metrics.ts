import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { measureEventLoopDelay } from "../observability/event-loop-delay.ts";

/** What a digester tells Prometheus. */
export interface DigesterMetrics {
  readonly contentType: string;
  readonly text: () => Promise<string>;
  readonly workerRestarted: () => void;
  /** Sources were fetched from the web service, or digests returned to it. */
  readonly bytesMoved: (kind: "fetched" | "returned", bytes: number) => void;
  /** An attempt has ended, whatever came of it. */
  readonly attemptEnded: (attempt: { readonly bytes: number; readonly ms: number }) => void;
  /** Shows what there is whenever somebody looks; returns the way to end the measuring. */
  readonly watch: (look: () => NodeFigures) => () => void;
}

interface NodeFigures {
  readonly running: number;
  readonly waiting: number;
  readonly outbox: number;
}

const runSeconds = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14_400];

export function createDigesterMetrics(): DigesterMetrics {
  const registry = new Registry();
  const registers = [registry];
  const restarts = new Counter({
    name: "digester_node_worker_restarts_total",
    help: "Workers that crashed or had to be ended, and were replaced.",
    registers,
  });
  const bytes = new Counter({
    name: "digester_node_digested_bytes_total",
    help: "Bytes of sources that were read.",
    registers,
  });
  const moved = new Counter({
    name: "digester_node_moved_bytes_total",
    help: "Bytes of sources that were fetched from the web service, and of digests that were returned to it.",
    labelNames: ["kind"],
    registers,
  });
  const runs = new Histogram({
    name: "digester_node_attempt_seconds",
    help: "From the claim of an attempt to its end.",
    buckets: runSeconds,
    registers,
  });

  const figure = (name: keyof NodeFigures, help: string, look: () => NodeFigures): void =>
    registry.registerMetric(
      new Gauge({
        name: `digester_node_${name}`,
        help,
        registers: [],
        collect() {
          this.set(look()[name]);
        },
      }),
    );

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    bytesMoved: (kind, given) => moved.inc({ kind }, given),
    workerRestarted: () => restarts.inc(),
    attemptEnded: (attempt) => {
      bytes.inc(attempt.bytes);
      runs.observe(attempt.ms / 1000);
    },
    watch: (look) => {
      figure("running", "Jobs that run.", look);
      figure("waiting", "Jobs that wait.", look);
      figure("outbox", "Callbacks that could not be delivered yet.", look);
      return measureEventLoopDelay(registry, "digester_node");
    },
  };
}
