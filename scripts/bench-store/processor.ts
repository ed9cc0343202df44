import { readFileSync } from "node:fs";

/**
 * Milliseconds that the main thread of this process has had a processor. On a machine that others use as well, the clock also
 * counts what they take. NaN where the system does not tell.
 */
function mainThreadMs(): number {
  try {
    const stat = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "latin1");
    return Number(stat.split(" ")[0]) / 1e6;
  } catch {
    return NaN;
  }
}

/** Watches for how long, by the processor's time, the event loop serves nobody; at most, since what is measured is a little more. */
export function watchBlocks(): { stop(): number } {
  let longest = 0;
  let last = mainThreadMs();
  const timer = setInterval(() => {
    const now = mainThreadMs();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      return longest;
    },
  };
}
