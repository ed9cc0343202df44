import { Skeleton } from "@mantine/core";
import { Link } from "wouter";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { Ago } from "../../components/times.tsx";
import classes from "./late-failures.module.css";
import page from "./overview-page.module.css";

const mostShown = 6;

/** What failed last and was not requeued since, each with its cause. */
export function LateFailures({ failed }: { failed: readonly JobSummary[] | undefined }) {
  return (
    <section aria-labelledby="late-failures">
      <h2 id="late-failures" className={page["heading"]}>
        Failed last
        {failed !== undefined && failed.length > mostShown && (
          <Link href="/jobs?status=failed&sort=-updatedAt">All that failed</Link>
        )}
      </h2>
      {failed === undefined ? (
        <Skeleton height={72} mt={8} animate={false} aria-label="Loading what failed" />
      ) : failed.length === 0 ? (
        <p className={page["none"]}>
          Nothing. A load that fails stands here with its cause until it is requeued.
        </p>
      ) : (
        <ul className={classes["list"]}>
          {failed.slice(0, mostShown).map((job) => (
            <li key={job.id} className={classes["row"]}>
              <Link href={`/jobs/${job.id}`} className={classes["name"] ?? ""} title={job.key}>
                {job.key}
              </Link>
              <span className={classes["when"]}>
                <Ago at={job.updatedAt} />
              </span>
              <span className={classes["why"]} title={job.reason ?? undefined}>
                {job.reason ?? "It failed without a word."}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
