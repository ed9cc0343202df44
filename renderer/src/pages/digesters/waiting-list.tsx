import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { WaitingJob } from "../../../../services/contract/regulator.ts";
import { jobCountsQuery } from "../../api/jobs.ts";
import { formatPlural } from "../../format/numbers.ts";
import classes from "./lines.module.css";

/** The head of a long line says enough. */
const shownAtFirst = 12;
const shownAtMost = 500;

/** The line in the order in which it will be served, each with the reason why its turn has not come. */
export function WaitingList({ waiting }: { waiting: readonly WaitingJob[] }) {
  const [all, setAll] = useState(false);
  const shown = waiting.slice(0, all ? shownAtMost : shownAtFirst);
  const hidden = waiting.length - shown.length;
  if (waiting.length === 0) return <EmptyLine />;
  return (
    <>
      <ol className={classes["lines"]} aria-label="Waiting jobs">
        {shown.map((job) => (
          <li key={job.job} className={classes["waiting"]}>
            <span className={`${classes["number"]} ${classes["muted"]}`}>{job.position}</span>
            <Link href={`/jobs/${job.job}`} className={classes["link"] ?? ""} title={job.key}>
              {job.key}
            </Link>
            <span className={classes["reason"]}>{job.reason}</span>
          </li>
        ))}
      </ol>
      {hidden > 0 && !all && (
        <Button variant="subtle" size="compact-xs" mt={6} onClick={() => setAll(true)}>
          Show {formatPlural(hidden, "more", "more")}
        </Button>
      )}
      {hidden > 0 && all && (
        <p className={classes["none"]}>…and {formatPlural(hidden, "more", "more")} behind them.</p>
      )}
    </>
  );
}

/** Jobs may wait all the same: for another digester, or because this one takes none. */
function EmptyLine() {
  const { data } = useQuery(jobCountsQuery);
  const elsewhere = data?.submitted ?? 0;
  return (
    <p className={classes["none"]}>
      {elsewhere === 0 ? (
        "Nobody waits."
      ) : (
        <>
          Nobody waits in this line.{" "}
          <Link href="/jobs?q=status:submitted">
            {formatPlural(elsewhere, "job waits", "jobs wait")} outside of it: see why
          </Link>
        </>
      )}
    </p>
  );
}
