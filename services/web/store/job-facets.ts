import type { JobFacets } from "../../contract/api.ts";
import { facetValues, termMatcher, type Qualifier } from "../../contract/job-search.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { InstructionWords } from "./instruction-words.ts";
import { finderFor, lookAtAll } from "./job-query.ts";
import type { FacetsQuery } from "./store.ts";

/**
 * Counts the values of each qualifier over the jobs that meet every term but those of the qualifier itself. `jobs` must not
 * change until the promise resolves.
 */
export async function countFacets(
  jobs: readonly JobRecord[],
  query: FacetsQuery,
  words: InstructionWords,
): Promise<JobFacets> {
  const inInstruction = finderFor(query.search, words);
  const terms = query.search.map((term) => ({
    qualifier: term.qualifier,
    meets: termMatcher(term, inInstruction),
  }));
  const counts = new Map(query.qualifiers.map((one) => [one, new Map<string, number>()]));
  await lookAtAll(jobs, (job) => {
    const unmet = new Set(terms.filter(({ meets }) => !meets(job)).map((term) => term.qualifier));
    if (unmet.size > 1) return;
    for (const [qualifier, values] of counts) {
      if (unmet.size === 1 && !unmet.has(qualifier)) continue;
      for (const value of facetValues(job, qualifier)) {
        values.set(value, (values.get(value) ?? 0) + 1);
      }
    }
  });
  return {
    facets: [...counts].map(([qualifier, values]) => mostFrequent(qualifier, values, query)),
  };
}

function mostFrequent(
  qualifier: Qualifier,
  counts: ReadonlyMap<string, number>,
  { like, limit }: FacetsQuery,
): JobFacets["facets"][number] {
  const part = like?.toLowerCase() ?? "";
  const values = [...counts]
    .filter(([value]) => part === "" || value.toLowerCase().includes(part))
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return { qualifier, values: values.slice(0, limit), more: Math.max(0, values.length - limit) };
}
