import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { defaultSort, readable, readJobFilter, writeJobFilter } from "../../api/job-filter.ts";
import type { JobFilter } from "../../api/job-filter.ts";
import { readKept, writeKept } from "../../components/kept.ts";
import { defaultColumns, isDefault, readColumns, type ColumnName } from "./columns.ts";

/** What the list shows: which jobs, in which order, and what of each. */
export interface JobView {
  readonly filter: JobFilter;
  readonly columns: readonly ColumnName[];
}

const columnsKey = "digester-job-columns";
const sortKey = "digester-job-sort";

/**
 * The view of the address bar, and the way to another one. Columns and order are kept in this browser too, for when the
 * address says nothing of them.
 */
export function useJobView(): [JobView, (view: JobView) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = useMemo(() => readView(search), [search]);
  function setView(next: JobView): void {
    writeKept(columnsKey, isDefault(next.columns) ? null : next.columns.join());
    writeKept(sortKey, next.filter.sort === defaultSort ? null : next.filter.sort);
    const query = writeView(next);
    navigate(query === "" ? "/jobs" : `/jobs?${query}`, { replace: true });
  }
  return [view, setView];
}

function readView(search: string): JobView {
  const given = new URLSearchParams(search).get("columns");
  const usual = readJobFilter(`sort=${readKept(sortKey) ?? ""}`);
  return {
    filter: readJobFilter(search, usual.sort),
    columns: readColumns(given ?? "") ?? readColumns(readKept(columnsKey) ?? "") ?? defaultColumns,
  };
}

/** The query string of a view, without a question mark; what is default is left away. */
export function writeView({ filter, columns }: JobView): string {
  const query = new URLSearchParams(writeJobFilter(filter));
  if (!isDefault(columns)) query.set("columns", columns.join());
  return readable(query);
}
