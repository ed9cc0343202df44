import { memo, useEffect, useRef } from "react";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { useClock } from "../../components/clock.ts";
import { columnOf, type ColumnName } from "./columns.ts";
import { JobCell } from "./job-cell.tsx";
import classes from "./job-table.module.css";

interface RowPlace {
  /** 0-based place in the whole list. */
  readonly index: number;
  /** Pixels from the top of the list, and the height of the row. */
  readonly top: number;
  readonly height: number;
}

interface JobRowProps extends RowPlace {
  readonly job: JobSummary;
  readonly columns: readonly ColumnName[];
  readonly isSelected: boolean;
  readonly onToggle: (id: number, index: number, withRange: boolean) => void;
}

/** A change this young tints its row. */
const freshMs = 1500;

/** Tints for a second a row that has just changed, but not one that is merely scrolled into sight. */
function tintIfFresh(tint: HTMLElement | null, updatedAt: string, now: number): void {
  const isFresh = now - Date.parse(updatedAt) < freshMs;
  if (!isFresh || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  tint?.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 1000, easing: "ease-out" });
}

export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, columns, index, top, height, isSelected, onToggle } = props;
  const tint = useRef<HTMLElement>(null);
  const now = useClock();
  useEffect(() => tintIfFresh(tint.current, job.updatedAt, now()), [job.updatedAt, now]);
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={`${classes["row"]} ${classes["job"]}`}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <td data-column="box">
        <span ref={tint} className={classes["tint"]} aria-hidden />
        <input
          type="checkbox"
          aria-label={`Select ${job.key}`}
          checked={isSelected}
          onClick={(event) => onToggle(job.id, index, event.shiftKey)}
          readOnly
        />
      </td>
      {columns.map((column) => (
        <td
          key={column}
          data-column={column}
          className={columnOf(column).isNumber === true ? classes["number"] : undefined}
        >
          <JobCell column={column} job={job} />
        </td>
      ))}
    </tr>
  );
});

/** Stands for a row that is still on its way. */
export function JobRowSkeleton({
  index,
  top,
  height,
  columns,
}: RowPlace & { columns: readonly ColumnName[] }) {
  return (
    <tr
      className={classes["row"]}
      style={{ height, transform: `translateY(${top}px)` }}
      aria-rowindex={index + 2}
      aria-busy
    >
      <td aria-label="Loading" className={classes["bones"]}>
        <span data-column="box" />
        {columns.map((column, place) => (
          <span key={column} data-column={column}>
            <span
              className={classes["bone"]}
              style={{ width: `${40 + ((index * 17 + place * 29) % 45)}%` }}
            />
          </span>
        ))}
      </td>
    </tr>
  );
}
