import { Link } from "wouter";
import type { JobStatus } from "../../../../services/contract/job.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import { formatCount } from "../../format/numbers.ts";
import { standingWords } from "../../format/words.ts";
import classes from "./status-links.module.css";

/** What still moves, what wants a look, what is over. */
const shown: readonly JobStatus[] = ["submitted", "in_progress", "failed", "completed", "aborted"];

/** How many loads stand where; each leads to them. */
export function StatusLinks({
  counts,
}: {
  counts: Readonly<Record<JobStatus, number>> | undefined;
}) {
  return (
    <ul className={classes["tiles"]} aria-label="Loads by status">
      {shown.map((status) => (
        <li key={status}>
          <Link
            href={`/jobs?status=${status}`}
            className={classes["tile"] ?? ""}
            data-status={status}
            data-none={counts?.[status] === 0}
          >
            <span className={classes["count"]}>
              {counts === undefined ? "–" : formatCount(counts[status])}
            </span>
            <span className={classes["word"]}>
              <StatusIcon standing={status} size={14} />
              {standingWords[status]}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
