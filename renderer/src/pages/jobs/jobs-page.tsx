import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  parseSearch,
  printSearch,
  toggleValue,
  valuesOf,
} from "../../../../services/contract/job-search.ts";
import { jobPageQuery, pageRows } from "../../api/jobs.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { useStable } from "../../components/use-stable.ts";
import { formatPlural } from "../../format/numbers.ts";
import { ColumnMenu } from "./column-menu.tsx";
import { JobTable } from "./job-table.tsx";
import { NoJobs } from "./no-jobs.tsx";
import { FacetMenu } from "./search/facet-menu.tsx";
import { facetMenus } from "./search/facet-words.ts";
import { SearchBox } from "./search/search-box.tsx";
import { isEmpty } from "./selection.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { SortSelect } from "./sort-select.tsx";
import { StatusTiles } from "./status-tiles.tsx";
import { useJobView, writeView } from "./use-job-view.ts";
import { useJobWindow } from "./use-job-window.ts";
import { useSelection } from "./use-selection.ts";
import { ViewMenu } from "./views/view-menu.tsx";
import classes from "./jobs-page.module.css";

export function JobsPage() {
  const client = useQueryClient();
  const [view, setView] = useJobView();
  const { filter, columns } = view;
  const [range, setRange] = useState({ first: 0, last: 0 });
  const selected = useSelection(filter, idsBetween);
  const { selection } = selected;
  const jobs = useJobWindow(filter, range, !isEmpty(selection));
  const { terms, problems } = parseSearch(filter.q);
  const search = (q: string): void => setView({ ...view, filter: { ...filter, q } });

  async function idsBetween(from: number, to: number): Promise<readonly number[]> {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const first = Math.floor(low / pageRows);
    const count = Math.floor(high / pageRows) - first + 1;
    const pages = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        client.ensureQueryData(jobPageQuery(filter, first + i)),
      ),
    );
    const ids = pages.flatMap((page) => page.jobs.map((job) => job.id));
    return ids.slice(low - first * pageRows, high - first * pageRows + 1);
  }

  const onRange = useStable(({ first, last }: { first: number; last: number }) => {
    // Drawn anew only when another page comes into sight.
    const isSame =
      Math.floor(first / pageRows) === Math.floor(range.first / pageRows) &&
      Math.floor(last / pageRows) === Math.floor(range.last / pageRows);
    if (!isSame) setRange({ first, last });
  });
  const onToggle = useStable((id: number, index: number, withRange: boolean) => {
    void selected.toggleRow(id, index, withRange);
  });

  return (
    <Page
      title="Jobs"
      ownScroll
      tools={<SearchBox value={filter.q} onSearch={search} />}
      fixed={
        <div className={classes["filters"]}>
          <StatusTiles
            chosen={valuesOf(terms, "status")}
            onToggle={(status) => search(printSearch(toggleValue(terms, "status", status)))}
          />
          <fieldset className={classes["facets"]} aria-label="Facets">
            {facetMenus.map((qualifier) => (
              <FacetMenu key={qualifier} qualifier={qualifier} q={filter.q} onSearch={search} />
            ))}
          </fieldset>
          <div className={classes["view"]}>
            <SortSelect
              value={filter.sort}
              onChange={(sort) => setView({ ...view, filter: { ...filter, sort } })}
            />
            <span className={classes["total"]}>
              {jobs.total !== undefined && formatPlural(jobs.total, "job")}
              {jobs.unsearched > 0 &&
                `, ${formatPlural(jobs.unsearched, "instruction")} still to be searched`}
            </span>
            <ViewMenu query={writeView(view)} />
            <ColumnMenu
              columns={columns}
              onChange={(next) => setView({ ...view, columns: next })}
            />
          </div>
        </div>
      }
    >
      {problems[0] !== undefined ? (
        <NoJobs isFiltered problem={problems[0].message} onClear={() => search("")} />
      ) : jobs.error !== null && jobs.total === undefined ? (
        <ErrorPanel error={jobs.error} what="The jobs could not be read" onRetry={jobs.retry} />
      ) : jobs.total === 0 && !jobs.isStale ? (
        <NoJobs isFiltered={filter.q !== ""} problem={null} onClear={() => search("")} />
      ) : (
        <JobTable
          // Another list begins at its top.
          key={`${filter.q} ${filter.sort}`}
          jobs={jobs}
          columns={columns}
          onRange={onRange}
          sort={filter.sort}
          onSort={(sort) => setView({ ...view, filter: { ...filter, sort } })}
          selection={selection}
          onToggle={onToggle}
          onToggleAll={isEmpty(selection) ? selected.selectAll : selected.clear}
        />
      )}
      <SelectionBar
        selection={selection}
        filter={filter}
        total={jobs.total ?? 0}
        onSelectAll={selected.selectAll}
        onClear={selected.clear}
      />
    </Page>
  );
}
