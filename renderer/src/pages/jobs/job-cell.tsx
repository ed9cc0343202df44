import type { ReactNode } from "react";
import { Link } from "wouter";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { PriorityMark } from "../../components/priority-mark.tsx";
import { StatusMark } from "../../components/status-mark.tsx";
import { Ago, Span } from "../../components/times.tsx";
import { formatCount } from "../../format/numbers.ts";
import { formatDuration } from "../../format/time.ts";
import { standingOf } from "../../format/words.ts";
import type { ColumnName } from "./columns.ts";
import { JobStepCell } from "./job-step-cell.tsx";
import classes from "./job-table.module.css";

/** What a column shows of a job. */
export function JobCell({ column, job }: { column: ColumnName; job: JobSummary }): ReactNode {
  switch (column) {
    case "name":
      return (
        <>
          <Link href={`/jobs/${job.id}`} className={classes["link"] ?? ""} title={job.key}>
            {job.key}
          </Link>
          <PriorityMark priority={job.priority} />
          {job.front !== null && job.status === "submitted" && (
            <span className={classes["front"]} title="Put at the front of the line">
              front
            </span>
          )}
        </>
      );
    case "status":
      return <StatusMark standing={standingOf(job)} />;
    case "step":
      return <JobStepCell job={job} />;
    case "digester":
      return <Text text={job.digester} isCode />;
    case "submitter":
      return <Text text={job.submittedBy} />;
    case "crop":
      return <Text text={job.crop} />;
    case "tables":
      return <Text text={job.tables.join(", ")} isCode />;
    case "file":
      return <Text text={job.source} isCode />;
    case "priority":
      return job.priority === 0 ? null : formatCount(job.priority);
    case "attempt":
      return job.attempt === 0 ? null : job.attempt;
    case "waited":
      return <Span from={job.submittedAt} to={job.startedAt ?? job.settledAt} />;
    case "took":
      return job.startedAt === null || job.settledAt === null
        ? null
        : formatDuration(Date.parse(job.settledAt) - Date.parse(job.startedAt));
    case "submitted":
      return <Ago at={job.submittedAt} />;
    case "started":
      return job.startedAt === null ? null : <Ago at={job.startedAt} />;
    case "ended":
      return job.settledAt === null ? null : <Ago at={job.settledAt} />;
    case "updated":
      return <Ago at={job.updatedAt} />;
    case "number":
      return job.id;
  }
}

function Text({ text, isCode = false }: { text: string | null; isCode?: boolean }) {
  if (text === null || text === "") return null;
  return (
    <span className={isCode ? classes["code"] : classes["words"]} title={text}>
      {text}
    </span>
  );
}
