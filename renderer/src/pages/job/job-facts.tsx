import type { ReactNode } from "react";
import type { Job } from "../../../../services/contract/job.ts";
import { Bar } from "../../components/bar.tsx";
import { useNow } from "../../components/clock.ts";
import { useByteUnits } from "../../components/units.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { Ago, Span } from "../../components/times.tsx";
import { formatBytes, formatPercent, formatRate } from "../../format/numbers.ts";
import { rateOf } from "../../format/progress.ts";
import { formatDuration } from "../../format/time.ts";
import { stepWords } from "../../format/words.ts";
import classes from "./job-facts.module.css";

/** Where the job is and where it came from, as a list of terms. */
export function JobFacts({ job }: { job: Job }) {
  return (
    <dl className={classes["facts"]}>
      {job.status === "in_progress" && (
        <Fact term={stepWords[job.step]} wide>
          <Progress job={job} />
        </Fact>
      )}
      <Fact term="Submitted">
        <Ago at={job.submittedAt} />
        {job.submittedBy !== null && ` by ${job.submittedBy}`}
      </Fact>
      <Fact term="Waited">
        <Span from={job.submittedAt} to={job.startedAt ?? job.settledAt} />
      </Fact>
      {job.startedAt !== null && job.settledAt !== null && (
        <Fact term="Took">
          {formatDuration(Date.parse(job.settledAt) - Date.parse(job.startedAt))}
        </Fact>
      )}
      <Fact term="Digester">
        {job.digester === null ? "none yet" : <span className="mono">{job.digester}</span>}
      </Fact>
      <Fact term="Attempt">{job.attempt === 0 ? "none yet" : job.attempt}</Fact>
      <Fact term="Job">{job.id}</Fact>
      {job.source !== null && (
        <Fact term="Source" wide>
          <span className={classes["path"]} title={job.source}>
            {job.source}
          </span>
          <CopyButton value={job.source} what="the source path" />
        </Fact>
      )}
    </dl>
  );
}

function Fact({
  term,
  wide = false,
  children,
}: {
  term: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={classes["fact"]} data-wide={wide}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Progress({ job }: { job: Job }) {
  const rate = rateOf(job, useNow());
  const [units] = useByteUnits();
  const share = job.progress ?? 0;
  return (
    <>
      <span className={classes["bar"]}>
        <Bar share={share} label="Progress" />
      </span>
      <span className={classes["percent"]}>{formatPercent(share)}</span>
      <span className={classes["rate"]}>
        {job.bytesRead !== null &&
          job.bytesTotal !== null &&
          `${formatBytes(job.bytesRead, units)} of ${formatBytes(job.bytesTotal, units)}`}
        {rate !== null && ` at ${formatRate(rate.bytesPerSecond, units)}`}
        {rate?.leftMs != null && share < 1 && `, about ${formatDuration(rate.leftMs)} left`}
      </span>
    </>
  );
}
