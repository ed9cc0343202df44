import type { JobSummary } from "../../../../services/contract/job.ts";
import { withShortPlace } from "../../../../services/contract/problem-words.ts";
import { Bar } from "../../components/bar.tsx";
import { useNow } from "../../components/clock.ts";
import { useByteUnits } from "../../components/units.ts";
import { formatPercent, formatPlural, formatRate } from "../../format/numbers.ts";
import { withoutFolders } from "../../format/paths.ts";
import { rateOf } from "../../format/progress.ts";
import { formatDuration } from "../../format/time.ts";
import { standingOf, stepWords } from "../../format/words.ts";
import classes from "./job-step-cell.module.css";

/** What a job does, why it waits, or why it ended: the answer to the next question, in the row. */
export function JobStepCell({ job }: { job: JobSummary }) {
  const standing = standingOf(job);
  switch (standing) {
    case "in_progress":
      return <Running job={job} />;
    case "failed":
      return <Words text={job.reason ?? job.message ?? ""} kind="failed" />;
    case "submitted":
    case "held":
    case "aborted":
      return <Words text={job.reason ?? job.message ?? ""} />;
    case "completed":
      return <Words text={outcomeOf(job)} />;
  }
}

function Words({ text, kind }: { text: string; kind?: "failed" }) {
  return (
    <span className={classes["words"]} title={text} data-kind={kind}>
      {withoutFolders(withShortPlace(text))}
    </span>
  );
}

function Running({ job }: { job: JobSummary }) {
  const rate = rateOf(job, useNow());
  const [units] = useByteUnits();
  return (
    <span className={classes["running"]}>
      <span className={classes["bar"]}>
        <Bar share={job.progress ?? 0} label={`Progress of ${job.key}`} />
      </span>
      <span className={classes["percent"]}>{formatPercent(job.progress ?? 0)}</span>
      <span className={classes["words"]}>
        {stepWords[job.step]}
        {rate !== null && ` · ${formatRate(rate.bytesPerSecond, units)}`}
      </span>
    </span>
  );
}

function outcomeOf(job: JobSummary): string {
  const tables = formatPlural(job.tables.length, "table");
  if (job.startedAt === null || job.settledAt === null) return tables;
  return `${tables} in ${formatDuration(Date.parse(job.settledAt) - Date.parse(job.startedAt))}`;
}
