import { readFileSync } from "node:fs";

/** Clock ticks of `/proc/<pid>/stat`, as Linux has them everywhere. */
const ticksPerSecond = 100;

/**
 * Milliseconds that the main thread of this process has had a processor. On a machine that others use as well, the clock also
 * counts what they take. NaN where the system does not tell.
 */
function mainThreadMs(): number {
  return Number(readSystem(`/proc/self/task/${process.pid}/schedstat`).split(" ")[0]) / 1e6;
}

/** Milliseconds of processor that another process has used; NaN where the system does not tell. */
export function processorMsOf(pid: number): number {
  // The name of the program stands in parentheses and may hold anything.
  const fields = readSystem(`/proc/${pid}/stat`)
    .replace(/^.*\) /, "")
    .split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
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

function readSystem(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "NaN";
  }
}
