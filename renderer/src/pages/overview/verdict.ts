import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import type { JobStatus } from "../../../../services/contract/job.ts";
import { mostFailures } from "../../api/statistics.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";

/** What a glance should tell: all is well, or look here. */
export interface Verdict {
  readonly kind: "well" | "look" | "stopped";
  readonly title: string;
  /** What is the matter and what to do; empty when all is well. */
  readonly troubles: readonly string[];
}

interface Standing {
  readonly counts: Readonly<Record<JobStatus, number>>;
  readonly digesters: readonly AttachedDigester[];
  /** Loads that failed within the last day and were not mended; counted up to `mostFailures`. */
  readonly failedLately: number;
}

export function verdictOf({ counts, digesters, failedLately }: Standing): Verdict {
  const works = digesters.filter(({ reachable }) => reachable);
  const waiting = counts.submitted;
  const stopped = stoppedBecause(digesters, works);
  if (stopped !== null) {
    const held =
      waiting === 0 ? "" : ` ${formatPlural(waiting, "load")} wait${waiting === 1 ? "s" : ""}.`;
    return { kind: "stopped", title: "Nothing can run", troubles: [`${stopped}${held}`] };
  }
  const troubles = [...digesterTroubles(digesters), ...failures(failedLately)];
  return troubles.length === 0
    ? { kind: "well", title: "All is well", troubles }
    : { kind: "look", title: "Look here", troubles };
}

function stoppedBecause(
  digesters: readonly AttachedDigester[],
  works: readonly AttachedDigester[],
): string | null {
  if (digesters.length === 0) return "No digester is attached: start one, it attaches itself.";
  if (works.length === 0) {
    const [first] = digesters;
    return digesters.length === 1 && first !== undefined
      ? `${first.id}, the only digester, cannot be reached: ${causeOf(first)}.`
      : `None of ${formatCount(digesters.length)} digesters can be reached.`;
  }
  if (works.every(({ status }) => status?.paused === true)) {
    return works.length === 1
      ? "The only digester is paused: resume it on the Digesters page."
      : "Every digester is paused: resume one on the Digesters page.";
  }
  if (works.every(({ status }) => status?.draining === true)) {
    return works.length === 1
      ? "The only digester drains: let it take work again on the Digesters page."
      : "Every digester drains: let one take work again on the Digesters page.";
  }
  return null;
}

function digesterTroubles(digesters: readonly AttachedDigester[]): string[] {
  return digesters
    .filter(({ reachable }) => !reachable)
    .map((digester) => `${digester.id} cannot be reached: ${causeOf(digester)}.`);
}

/** What went wrong, without saying once more that its address cannot be reached. */
function causeOf({ problem }: AttachedDigester): string {
  if (problem === null) return "it does not answer";
  return problem.replace(/^\S+ cannot be reached: /, "").replace(/\.$/, "");
}

function failures(count: number): string[] {
  if (count === 0) return [];
  return [
    count === 1
      ? "A load failed in the last 24 h: see below why."
      : `${formatCount(count)}${count === mostFailures ? " or more" : ""} loads failed in the last 24 h: see below why.`,
  ];
}
