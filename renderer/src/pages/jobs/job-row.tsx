import { memo, useEffect, useRef } from "react";
import { Link } from "wouter";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { PriorityMark } from "../../components/priority-mark.tsx";
import { StatusMark } from "../../components/status-mark.tsx";
import { Ago, Span } from "../../components/times.tsx";
import { standingOf } from "../../format/words.ts";
import { JobStepCell } from "./job-step-cell.tsx";
import classes from "./job-table.module.css";

interface JobRowProps {
  readonly job: JobSummary;
  /** 0-based place in the whole list. */
  readonly index: number;
  /** Pixels from the top of the list, and the height of the row. */
  readonly top: number;
  readonly height: number;
  readonly isSelected: boolean;
  readonly onToggle: (id: number, withRange: boolean) => void;
}

/** A change this young tints its row. */
const freshMs = 1500;

/** Tints for a second a row that has just changed, but not one that is merely scrolled into sight. */
function tintIfFresh(tint: HTMLElement | null, updatedAt: string): void {
  const isFresh = Date.now() - Date.parse(updatedAt) < freshMs;
  if (!isFresh || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  tint?.animate([{ opacity: 1 }, { opacity: 0 }], { duration: 1000, easing: "ease-out" });
}

export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, index, top, height, isSelected, onToggle } = props;
  const tint = useRef<HTMLElement>(null);
  useEffect(() => tintIfFresh(tint.current, job.updatedAt), [job.updatedAt]);
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={`${classes["row"]} ${classes["job"]}`}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <td className={classes["box"]}>
        <span ref={tint} className={classes["tint"]} aria-hidden />
        <input
          type="checkbox"
          aria-label={`Select ${job.key}`}
          checked={isSelected}
          onClick={(event) => onToggle(job.id, event.shiftKey)}
          readOnly
        />
      </td>
      <td className={classes["name"]}>
        <Link href={`/jobs/${job.id}`} className={classes["link"] ?? ""} title={job.key}>
          {job.key}
        </Link>
        <PriorityMark priority={job.priority} />
      </td>
      <td className={classes["status"]}>
        <StatusMark standing={standingOf(job)} />
      </td>
      <td className={classes["step"]}>
        <JobStepCell job={job} />
      </td>
      <td className={classes["digester"]} title={job.digester ?? undefined}>
        {job.digester}
      </td>
      <td className={`${classes["waited"]} ${classes["number"]}`}>
        <Span from={job.submittedAt} to={job.startedAt ?? job.settledAt} />
      </td>
      <td className={`${classes["updated"]} ${classes["number"]}`}>
        <Ago at={job.updatedAt} />
      </td>
    </tr>
  );
});

export function JobRowSkeleton({
  index,
  top,
  height,
}: Pick<JobRowProps, "index" | "top" | "height">) {
  return (
    <tr
      className={classes["row"]}
      style={{ height, transform: `translateY(${top}px)` }}
      aria-hidden
    >
      <td aria-label="Loading" className={classes["bones"]}>
        <span className={classes["name"]}>
          <span className={classes["bone"]} style={{ width: `${55 + ((index * 17) % 35)}%` }} />
        </span>
        <span className={classes["status"]}>
          <span className={classes["bone"]} style={{ width: 84 }} />
        </span>
        <span className={classes["step"]}>
          <span className={classes["bone"]} style={{ width: `${40 + ((index * 23) % 45)}%` }} />
        </span>
        <span className={classes["digester"]}>
          <span className={classes["bone"]} style={{ width: 72 }} />
        </span>
      </td>
    </tr>
  );
}
