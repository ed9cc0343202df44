import { memo } from "react";
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

export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, index, top, height, isSelected, onToggle } = props;
  const isFresh = Date.now() - Date.parse(job.updatedAt) < freshMs;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={`${classes["row"]} ${classes["job"]}`}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      {isFresh && <span key={job.updatedAt} className={classes["flash"]} aria-hidden />}
      <div role="cell" className={classes["box"]}>
        <input
          type="checkbox"
          aria-label={`Select ${job.key}`}
          checked={isSelected}
          onClick={(event) => onToggle(job.id, event.shiftKey)}
          readOnly
        />
      </div>
      <div role="cell" className={classes["name"]}>
        <Link href={`/jobs/${job.id}`} className={classes["link"] ?? ""} title={job.key}>
          {job.key}
        </Link>
        <PriorityMark priority={job.priority} />
      </div>
      <div role="cell" className={classes["status"]}>
        <StatusMark standing={standingOf(job)} />
      </div>
      <div role="cell" className={classes["step"]}>
        <JobStepCell job={job} />
      </div>
      <div role="cell" className={classes["digester"]} title={job.digester ?? undefined}>
        {job.digester}
      </div>
      <div role="cell" className={`${classes["waited"]} ${classes["number"]}`}>
        <Span from={job.submittedAt} to={job.startedAt ?? job.settledAt} />
      </div>
      <div role="cell" className={`${classes["updated"]} ${classes["number"]}`}>
        <Ago at={job.updatedAt} />
      </div>
    </div>
  );
});

export function JobRowSkeleton({
  index,
  top,
  height,
}: Pick<JobRowProps, "index" | "top" | "height">) {
  return (
    <div
      className={classes["row"]}
      style={{ height, transform: `translateY(${top}px)` }}
      aria-hidden
    >
      <div className={classes["box"]} />
      <div className={classes["name"]}>
        <span className={classes["bone"]} style={{ width: `${55 + ((index * 17) % 35)}%` }} />
      </div>
      <div className={classes["status"]}>
        <span className={classes["bone"]} style={{ width: 84 }} />
      </div>
      <div className={classes["step"]}>
        <span className={classes["bone"]} style={{ width: `${40 + ((index * 23) % 45)}%` }} />
      </div>
      <div className={classes["digester"]}>
        <span className={classes["bone"]} style={{ width: 72 }} />
      </div>
      <div />
      <div />
    </div>
  );
}
