import { readFile, readdir } from "node:fs/promises";

/** The kernel counts in hundredths of a second. */
const TICKS = 100;

/** Processor time that these processes and their children have taken, in seconds; NaN where there is no `/proc`. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const all = await readdir("/proc").catch(() => []);
  if (all.length === 0) return NaN;
  let sum = 0;
  for (const name of all) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    // The name of the program, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (!pids.includes(Number(name)) && !pids.includes(Number(fields[1]))) continue;
    sum += (Number(fields[11]) + Number(fields[12])) / TICKS;
  }
  return sum;
}
