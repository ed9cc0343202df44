/** Milliseconds before the next try after `failures` in a row: 2 s, then twice as long each time, half a minute at most. */
export function backoffMs(failures: number): number {
  return Math.min(30_000, 2000 * 2 ** Math.max(0, failures - 1));
}
