import type { Timing } from "./timed-jobs.ts";

/** Jobs that go before those that are measured, until what is called often is compiled. */
export const WARM_UP = 500;

export interface Measured {
  readonly timings: readonly Timing[];
  /** Of all processes but the one that measures. */
  readonly cpuSeconds: number;
}

const rows: ReadonlyArray<readonly [string, (timing: Timing) => number]> = [
  ["create to kept durably", ({ posted, answered }) => answered - posted],
  ["create to claim", ({ posted, claimed }) => claimed - posted],
  ["claim to completed", ({ claimed, ended }) => ended - claimed],
  ["create to completed", ({ posted, ended }) => ended - posted],
];

/** Rate, processor time and latencies, a line each. */
export function report(name: string, { timings, cpuSeconds }: Measured): string {
  const rate = rateOf(timings).toFixed(0).padStart(6);
  const cpu = ((1000 * cpuSeconds) / timings.length).toFixed(2);
  const lines = rows.map(([what, of]) => {
    const sorted = timings.map(of).toSorted((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(9);
    return `  ${what.padEnd(26)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`;
  });
  return [`${name.padEnd(28)} ${rate} jobs/s, ${cpu} ms of processor a job`, ...lines, ""].join(
    "\n",
  );
}

/** Jobs a second from the first create to the last completed. */
export function rateOf(timings: readonly Timing[]): number {
  const from = Math.min(...timings.map(({ posted }) => posted));
  const to = Math.max(...timings.map(({ ended }) => ended));
  return (timings.length * 1000) / (to - from);
}
