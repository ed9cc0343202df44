import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { readJobFilter, writeJobFilter, type JobFilter } from "../../api/job-filter.ts";

/** The filter of the address bar, and the way to another one. */
export function useJobFilter(): [JobFilter, (filter: JobFilter) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const filter = useMemo(() => readJobFilter(search), [search]);
  function setFilter(next: JobFilter): void {
    const query = writeJobFilter(next);
    navigate(query === "" ? "/jobs" : `/jobs?${query}`, { replace: true });
  }
  return [filter, setFilter];
}
