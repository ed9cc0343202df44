import { Button, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useEffectEvent, useRef } from "react";
import type { JobSort } from "../../../../services/contract/api.ts";
import { coerceError } from "../../../../services/contract/errors.ts";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { JobRow, JobRowSkeleton } from "./job-row.tsx";
import { isEmpty, isSelected, type Selection } from "./selection.ts";
import { SortHeader } from "./sort-header.tsx";
import classes from "./job-table.module.css";

interface JobTableProps {
  readonly rows: readonly JobSummary[];
  /** Rows there are, loaded or not. */
  readonly total: number;
  readonly isLoading: boolean;
  /** The rows are those of the filter before, until the new ones arrive. */
  readonly isStale: boolean;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly moreError: unknown;
  readonly onMore: () => void;
  readonly sort: JobSort;
  readonly onSort: (sort: JobSort) => void;
  readonly selection: Selection;
  readonly onToggle: (id: number, withRange: boolean) => void;
  readonly onToggleAll: () => void;
}

const wideRowPx = 37;
const narrowRowPx = 61;
/** Rows that stand for those still on their way. */
const skeletonRows = 12;
/** The next page is asked for when this many rows are left below. */
const lookAhead = 60;

/** Draws only the rows in sight; more are fetched as the end comes near. */
export function JobTable(props: JobTableProps) {
  const { rows, selection, sort, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useMediaQuery("(max-width: 767px)", false, { getInitialValueInEffect: false });
  const rowPx = isNarrow ? narrowRowPx : wideRowPx;
  const placeholders = props.isLoading || props.hasMore ? skeletonRows : 0;
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which it is incompatible with, is not used
  const virtual = useVirtualizer({
    count: rows.length + (props.moreError === null ? placeholders : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);

  const lastShown = virtual.getVirtualItems().at(-1)?.index ?? 0;
  const isNearEnd = lastShown >= rows.length - lookAhead;
  const loadMore = useEffectEvent(props.onMore);
  const mayLoad =
    props.hasMore && !props.isLoadingMore && !props.isStale && props.moreError === null;
  useEffect(() => {
    if (isNearEnd && mayLoad) loadMore();
  }, [isNearEnd, mayLoad, rows.length]);

  const allSelected = rows.length > 0 && rows.every((row) => isSelected(selection, row.id));
  return (
    <div ref={scroller} className={classes["scroller"]} data-stale={props.isStale} tabIndex={-1}>
      <table aria-label="Jobs" aria-rowcount={props.total + 1} className={classes["table"]}>
        <thead className={classes["head"]}>
          <tr aria-rowindex={1} className={classes["row"]}>
            <th scope="col" className={classes["box"]}>
              <input
                type="checkbox"
                aria-label="Select all loaded jobs"
                checked={allSelected}
                ref={(box) => {
                  if (box !== null) box.indeterminate = !allSelected && !isEmpty(selection);
                }}
                disabled={rows.length === 0}
                onChange={props.onToggleAll}
              />
            </th>
            <SortHeader word="Name" up="key" down="-key" sort={sort} onSort={onSort} />
            <th scope="col">Status</th>
            <th scope="col">Step</th>
            <th scope="col">Digester</th>
            <th scope="col" className={classes["number"]}>
              Waited
            </th>
            <SortHeader
              word="Updated"
              up="updatedAt"
              down="-updatedAt"
              sort={sort}
              onSort={onSort}
              isNumber
            />
          </tr>
        </thead>
        <tbody className={classes["body"]} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const job = rows[item.index];
            const place = { index: item.index, top: item.start, height: rowPx };
            return job === undefined ? (
              <JobRowSkeleton key={item.key} {...place} />
            ) : (
              <JobRow
                key={job.id}
                job={job}
                {...place}
                isSelected={isSelected(selection, job.id)}
                onToggle={props.onToggle}
              />
            );
          })}
        </tbody>
      </table>
      {props.moreError !== null && (
        <div className={classes["more"]} role="alert">
          <Text size="sm">More jobs could not be read: {coerceError(props.moreError).message}</Text>
          <Button variant="default" onClick={props.onMore}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
