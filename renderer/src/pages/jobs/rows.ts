import type { JobSummary } from "../../../../services/contract/job.ts";
import type { JobList } from "../../../../services/contract/api.ts";

/** The rows of all pages, each job once: it may stand on two pages when it moved between their answers. */
export function rowsOf(list: { readonly pages: readonly JobList[] } | undefined): JobSummary[] {
  const rows = new Map<number, JobSummary>();
  for (const page of list?.pages ?? []) {
    for (const job of page.jobs) if (!rows.has(job.id)) rows.set(job.id, job);
  }
  return [...rows.values()];
}

/**
 * Rows in the order in which they stood when the first was selected, each as it is now; what was loaded below them since
 * follows, what arrived among them waits.
 */
export function frozenRows(
  frozen: readonly JobSummary[],
  rows: readonly JobSummary[],
): JobSummary[] {
  const now = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(frozen.map((row) => row.id));
  const lastAt = rows.findLastIndex((row) => known.has(row.id));
  const below = lastAt === -1 ? [] : rows.slice(lastAt + 1);
  return [...frozen.map((row) => now.get(row.id) ?? row), ...below];
}
