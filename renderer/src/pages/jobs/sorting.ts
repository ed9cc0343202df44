import { jobSorts, type JobSort } from "../../../../services/contract/api.ts";

/** The same order the other way round. */
export function turned(sort: JobSort): JobSort {
  const other = sort.startsWith("-") ? sort.slice(1) : `-${sort}`;
  return jobSorts.find((one) => one === other) ?? sort;
}
