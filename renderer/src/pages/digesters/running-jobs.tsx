import { Link } from "wouter";
import type { RunningJob } from "../../../../services/contract/digester.ts";
import { Bar } from "../../components/bar.tsx";
import { Span } from "../../components/times.tsx";
import { formatPercent } from "../../format/numbers.ts";
import { stepWords } from "../../format/words.ts";
import classes from "./lines.module.css";

export function RunningJobs({ running }: { running: readonly RunningJob[] }) {
  if (running.length === 0) return <p className={classes["none"]}>Nothing runs.</p>;
  return (
    <ul className={classes["lines"]} aria-label="Running jobs">
      {running.map((job) => (
        <li key={job.job} className={classes["running"]}>
          <Link href={`/jobs/${job.job}`} className={classes["link"] ?? ""} title={job.key}>
            {job.key}
          </Link>
          <span className={classes["muted"]}>{stepWords[job.step]}</span>
          <span className={classes["bar"]}>
            <Bar share={job.progress} label={`Progress of ${job.key}`} />
          </span>
          <span className={classes["number"]}>{formatPercent(job.progress)}</span>
          <span className={`${classes["number"]} ${classes["muted"]}`}>
            <Span from={job.startedAt} to={null} />
          </span>
        </li>
      ))}
    </ul>
  );
}
