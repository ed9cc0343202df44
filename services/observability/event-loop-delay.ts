import { monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

const RESOLUTION_MS = 20;

/**
 * Shows by how much timers were late since the last look, in seconds.
 *
 * @param prefix of the metric's name.
 * @returns the way to end the measuring.
 */
export function measureEventLoopDelay(registry: Registry, prefix: string): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  registry.registerMetric(
    new Gauge({
      name: `${prefix}_event_loop_delay_seconds`,
      help: "How late timers were since the last look, by quantile.",
      labelNames: ["quantile"],
      registers: [],
      collect() {
        for (const quantile of [0.5, 0.99, 1]) {
          const nanoseconds = delays.percentile(quantile * 100);
          // The monitor counts its own interval in.
          const late = Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
          this.set({ quantile: String(quantile) }, late);
        }
        delays.reset();
      },
    }),
  );
  return () => void delays.disable();
}
