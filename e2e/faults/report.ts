import { isKept, type FaultRun } from "./run.ts";
import { percentile, type Kill } from "./verdict.ts";

/** The table with which a run ends. */
export function reportOf(run: FaultRun): string {
  const { options, storm, verdict, accepted } = run;
  const { kills } = storm;
  const byKind = [...new Set(kills.map(kindOf))].toSorted();
  const byMoment = [...new Set(kills.map(({ moment }) => moment))].toSorted();
  const lease = options.lease === null ? "the product's own" : `${options.lease} s`;
  const rows: Array<[string, string | number]> = [
    ["seed", options.seed],
    ["digesters × workers", `${options.digesters} × ${options.workers}`],
    ["lease", lease],
    ["minutes", (run.seconds / 60).toFixed(1)],
    ["kills", kills.length],
    ...byKind.map((kind): [string, number] => [
      `  ${kind}`,
      countIf(kills, (k) => kindOf(k) === kind),
    ]),
    ...byMoment.map((moment): [string, number] => [
      `  ${moment}`,
      countIf(kills, (kill) => kill.moment === moment),
    ]),
    ...storm.others,
    ["posts without an answer, posted again", run.unanswered],
    ["instructions accepted", accepted],
    ["attempts", verdict.attempts],
    ["**lost**", verdict.lost.length],
    ["**completed twice**", verdict.completedTwice.length],
    ["**output other than the bytes expected**", verdict.different.length],
    ["events told but not kept", verdict.unkept.length],
    ["left over (staging directories, half files)", run.leftovers.length],
    ["stale callbacks refused", verdict.refused],
    ["interrupted attempts", verdict.recoveries.length],
    ["seconds from kill to running again, p50 / p95 / p99 / max", secondsOf(verdict.recoveries)],
    ["seconds from kill to web service back, p50 / p95 / p99 / max", secondsOf(webOutages(kills))],
  ];
  const details = [
    ...verdict.lost.map((line) => `lost: ${line}`),
    ...verdict.completedTwice.map((key) => `completed twice: ${key}`),
    ...verdict.different.map((line) => `different: ${line}`),
    ...verdict.unkept.map((line) => `told but not kept: ${line}`),
    ...run.leftovers.map((path) => `left over: ${path}`),
    ...run.complaints.map((line) => `complaint: ${line}`),
    ...(run.smallDisk === null
      ? ["NO SMALL DISK could be mounted here: a full disk was not tried."]
      : []),
    isKept(run) ? "Everything promised was kept." : `NOT KEPT. Logs: ${run.cluster.dir}/logs`,
  ];
  return [...markdownTable(rows), "", ...details].join("\n");
}

const kindOf = ({ signal, target }: Kill): string =>
  `${signal} ${target === "web" ? "of the web service" : "of a digester"}`;

const countIf = (kills: readonly Kill[], is: (kill: Kill) => boolean): number =>
  kills.filter(is).length;

function webOutages(kills: readonly Kill[]): number[] {
  return kills
    .filter(({ target, signal }) => target === "web" && signal !== "SIGSTOP")
    .flatMap(({ at, backAt }) => (backAt === null ? [] : [(backAt - at) / 1000]));
}

function secondsOf(values: readonly number[]): string {
  return [50, 95, 99, 100]
    .map((percent) => percentile(values, percent)?.toFixed(1) ?? "–")
    .join(" / ");
}

function markdownTable(rows: ReadonlyArray<readonly [string, string | number]>): string[] {
  const cells = rows.map(([what, value]) => [what, String(value)] as const);
  const first = Math.max(...cells.map(([what]) => what.length));
  const second = Math.max(...cells.map(([, value]) => value.length));
  const line = (what: string, value: string, fill = " "): string =>
    `| ${what.padEnd(first, fill)} | ${value.padStart(second, fill)} |`;
  return [line("", ""), line("-", "-:", "-"), ...cells.map(([what, value]) => line(what, value))];
}
