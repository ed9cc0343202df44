import { Skeleton } from "@mantine/core";
import { Link } from "wouter";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { Ago } from "../../components/times.tsx";
import { formatCount } from "../../format/numbers.ts";
import { failureGroups, type FailureGroup } from "./failure-groups.ts";
import classes from "./late-failures.module.css";
import page from "./overview-page.module.css";

const mostGroups = 6;
const mostNamed = 3;

/** What failed last and was not requeued since, by cause. */
export function LateFailures({ failed }: { failed: readonly JobSummary[] | undefined }) {
  const groups = failureGroups(failed ?? []);
  return (
    <section aria-labelledby="late-failures">
      <h2 id="late-failures" className={page["heading"]}>
        Failed last
        {groups.length > 0 && (
          <Link href="/jobs?status=failed&sort=-updatedAt">All that failed</Link>
        )}
      </h2>
      {failed === undefined ? (
        <Skeleton height={72} mt={8} animate={false} aria-label="Loading what failed" />
      ) : groups.length === 0 ? (
        <p className={page["none"]}>
          Nothing. A load that fails stands here with its cause until it is requeued.
        </p>
      ) : (
        <ul className={classes["list"]}>
          {groups.slice(0, mostGroups).map((group) => (
            <Failure key={group.cause} group={group} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Failure({ group: { reason, jobs } }: { group: FailureGroup }) {
  const [newest] = jobs;
  const others = jobs.length - mostNamed;
  return (
    <li className={classes["row"]}>
      <span className={classes["why"]} title={reason}>
        {reason}
      </span>
      <span className={classes["when"]}>
        {newest !== undefined && <Ago at={newest.updatedAt} />}
      </span>
      <span className={classes["names"]}>
        {jobs.slice(0, mostNamed).map((job) => (
          <Link key={job.id} href={`/jobs/${job.id}`} className={classes["name"] ?? ""}>
            {job.key}
          </Link>
        ))}
        {others > 0 && (
          <Link href="/jobs?status=failed&sort=-updatedAt" className={classes["more"] ?? ""}>
            and {formatCount(others)} more
          </Link>
        )}
      </span>
    </li>
  );
}
