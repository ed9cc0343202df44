import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { toggleStatus } from "../../api/job-filter.ts";
import { jobCountsQuery, jobListQuery } from "../../api/jobs.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { formatPlural } from "../../format/numbers.ts";
import { JobTable } from "./job-table.tsx";
import { NoJobs } from "./no-jobs.tsx";
import { rowsOf } from "./rows.ts";
import { SearchBox } from "./search-box.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { SortSelect } from "./sort-select.tsx";
import { StatusTiles } from "./status-tiles.tsx";
import { useJobFilter } from "./use-job-filter.ts";
import { useSelectedRows } from "./use-selected-rows.ts";
import classes from "./jobs-page.module.css";

export function JobsPage() {
  const [filter, setFilter] = useJobFilter();
  const list = useInfiniteQuery({
    ...jobListQuery(filter),
    placeholderData: keepPreviousData,
  });
  const { data: counts } = useQuery(jobCountsQuery);
  const loaded = useMemo(() => rowsOf(list.data), [list.data]);
  const selected = useSelectedRows(loaded, filter);

  const statuses = filter.status;
  const total =
    filter.q === "" && counts !== undefined
      ? sum(statuses.length === 0 ? Object.values(counts) : statuses.map((one) => counts[one]))
      : (list.data?.pages[0]?.total ?? 0);
  const isFiltered = statuses.length > 0 || filter.q !== "";

  return (
    <Page
      title="Jobs"
      ownScroll
      tools={<SearchBox value={filter.q} onSearch={(q) => setFilter({ ...filter, q })} />}
      fixed={
        <div className={classes["filters"]}>
          <StatusTiles
            chosen={statuses}
            onToggle={(status) => setFilter(toggleStatus(filter, status))}
          />
          <span className={classes["total"]}>
            {list.data !== undefined && formatPlural(total, "job")}
          </span>
          <SortSelect value={filter.sort} onChange={(sort) => setFilter({ ...filter, sort })} />
        </div>
      }
    >
      {list.isError && list.data === undefined ? (
        <ErrorPanel
          error={list.error}
          what="The jobs could not be read"
          onRetry={() => void list.refetch()}
        />
      ) : list.isSuccess && loaded.length === 0 && !list.hasNextPage && !list.isPlaceholderData ? (
        <NoJobs
          isFiltered={isFiltered}
          onClear={() => setFilter({ ...filter, status: [], q: "" })}
        />
      ) : (
        <JobTable
          rows={selected.rows}
          total={total}
          isLoading={list.isPending}
          isStale={list.isPlaceholderData}
          hasMore={list.hasNextPage}
          isLoadingMore={list.isFetchingNextPage}
          moreError={list.isFetchNextPageError ? list.error : null}
          onMore={() => void list.fetchNextPage({ cancelRefetch: false })}
          sort={filter.sort}
          onSort={(sort) => setFilter({ ...filter, sort })}
          selection={selected.selection}
          onToggle={selected.toggle}
          onToggleAll={selected.toggleLoaded}
        />
      )}
      <SelectionBar
        selection={selected.selection}
        filter={filter}
        total={total}
        onSelectAll={selected.selectAll}
        onClear={selected.clear}
      />
    </Page>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
