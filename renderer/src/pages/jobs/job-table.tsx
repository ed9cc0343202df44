import { Button, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, type CSSProperties } from "react";
import type { JobSort } from "../../../../services/contract/api.ts";
import { coerceError } from "../../../../services/contract/errors.ts";
import { useRowHeight } from "../../components/density.ts";
import { ColumnHead } from "./column-head.tsx";
import { gridOf, type ColumnName } from "./columns.ts";
import { JobRow, JobRowSkeleton } from "./job-row.tsx";
import { isEmpty, isSelected, type Selection } from "./selection.ts";
import type { JobWindow } from "./use-job-window.ts";
import { useRowKeys } from "./use-row-keys.ts";
import classes from "./job-table.module.css";

interface JobTableProps {
  readonly jobs: JobWindow;
  readonly columns: readonly ColumnName[];
  /** Told which rows are drawn. */
  readonly onRange: (range: { first: number; last: number }) => void;
  readonly sort: JobSort;
  readonly onSort: (sort: JobSort) => void;
  readonly selection: Selection;
  readonly onToggle: (id: number, index: number, withRange: boolean) => void;
  readonly onToggleAll: () => void;
}

const rowHeights = { wide: 37, narrow: 61 } as const;
/** Rows that stand for those of a list whose length is not known yet. */
const skeletonRows = 12;

/** Draws only the rows in sight, wherever in the list that is. */
export function JobTable(props: JobTableProps) {
  const { jobs, columns, onRange, selection, sort, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRowHeight(rowHeights);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which it is incompatible with, is not used
  const virtual = useVirtualizer({
    count: jobs.total ?? skeletonRows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);

  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => onRange({ first, last }), [onRange, first, last]);
  useKeepPlace(scroller, virtual.scrollOffset ?? 0, jobs, rowPx);
  const onKeyDown = useRowKeys(scroller, {
    count: jobs.total ?? 0,
    show: (index) => virtual.scrollToIndex(index),
  });

  const grid = useMemo(() => gridOf(columns), [columns]);
  const style: CSSProperties & Record<`--${string}`, string> = {
    "--tracks": grid.tracks,
    "--least": `${grid.least}px`,
  };
  const isAll = selection.kind === "all" && selection.except.size === 0;
  return (
    // The list is gone through by its own keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={scroller}
      className={classes["scroller"]}
      data-stale={jobs.isStale}
      aria-label="List of jobs"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <table
        aria-label="Jobs"
        aria-rowcount={(jobs.total ?? -2) + 1}
        className={classes["table"]}
        style={style}
      >
        <thead className={classes["head"]}>
          <tr aria-rowindex={1} className={classes["row"]}>
            <th scope="col" data-column="box">
              <input
                type="checkbox"
                aria-label="Select all jobs that match"
                checked={isAll}
                ref={(box) => {
                  if (box !== null) box.indeterminate = !isAll && !isEmpty(selection);
                }}
                disabled={(jobs.total ?? 0) === 0}
                onChange={props.onToggleAll}
              />
            </th>
            {columns.map((column) => (
              <ColumnHead key={column} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody className={classes["body"]} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const job = jobs.rowAt(item.index);
            const place = { index: item.index, top: item.start, height: rowPx };
            return job === undefined ? (
              <JobRowSkeleton key={`at ${item.index}`} columns={columns} {...place} />
            ) : (
              <JobRow
                // While rows keep their places one may be found at a second place.
                key={jobs.rowAt(item.index - 1)?.id === job.id ? `at ${item.index}` : job.id}
                job={job}
                columns={columns}
                {...place}
                isSelected={isSelected(selection, job.id)}
                onToggle={props.onToggle}
              />
            );
          })}
        </tbody>
      </table>
      {jobs.error !== null && (
        <div className={classes["more"]} role="alert">
          <Text size="sm">These jobs could not be read: {coerceError(jobs.error).message}</Text>
          <Button variant="default" onClick={jobs.retry}>
            Try again
          </Button>
        </div>
      )}
    </section>
  );
}

/**
 * Jobs that arrive above what is looked at must not push it away: the list is scrolled along with them.
 *
 * @param offset how far it is scrolled, in px, as last heard: to ask the element after a change makes the browser lay out all.
 */
function useKeepPlace(
  scroller: { readonly current: HTMLElement | null },
  offset: number,
  jobs: JobWindow,
  rowPx: number,
): void {
  const before = useRef<{ id: number; index: number } | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let top = Math.floor(offset / rowPx);
    const known = before.current;
    const isAway = offset > 0 && !jobs.isStale;
    if (isAway && known !== null && known.index === top && jobs.rowAt(top)?.id !== known.id) {
      const index = nearby(known.index).find((one) => jobs.rowAt(one)?.id === known.id);
      if (index !== undefined) {
        element.scrollBy({ top: (index - known.index) * rowPx, behavior: "instant" });
        top = index;
      }
    }
    const job = jobs.rowAt(top);
    before.current = job === undefined ? null : { id: job.id, index: top };
  });
}

/** Places around one, the next ones first. */
function nearby(index: number): number[] {
  return Array.from(
    { length: 100 },
    (_, i) => index + (i % 2 === 0 ? 1 : -1) * Math.ceil((i + 1) / 2),
  );
}
