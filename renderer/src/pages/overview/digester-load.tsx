import { Skeleton } from "@mantine/core";
import { Link } from "wouter";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import { Bar } from "../../components/bar.tsx";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import classes from "./digester-load.module.css";
import page from "./overview-page.module.css";

/** How busy each digester is, and how many wait in its line. */
export function DigesterLoad({
  digesters,
}: {
  digesters: readonly AttachedDigester[] | undefined;
}) {
  return (
    <section aria-labelledby="digester-load">
      <h2 id="digester-load" className={page["heading"]}>
        Digesters <Link href="/digesters">All they do</Link>
      </h2>
      {digesters === undefined ? (
        <Skeleton height={72} mt={8} animate={false} aria-label="Loading the digesters" />
      ) : digesters.length === 0 ? (
        <p className={page["none"]}>None is attached.</p>
      ) : (
        <ul className={classes["list"]}>
          {digesters.map((digester) => (
            <DigesterRow key={digester.id} digester={digester} />
          ))}
        </ul>
      )}
    </section>
  );
}

function DigesterRow({ digester }: { digester: AttachedDigester }) {
  const { id, status, reachable } = digester;
  const busy = status?.running.length ?? 0;
  const workers = status?.workers ?? 0;
  return (
    <li className={classes["row"]} data-stale={!reachable}>
      <span className={classes["name"]} title={id}>
        {id}
      </span>
      {status === null || !reachable ? (
        <span className={classes["lost"]}>not reachable</span>
      ) : (
        <>
          <span className={classes["bar"]}>
            <Bar share={Math.min(1, busy / workers)} label={`Workers of ${id} that are busy`} />
          </span>
          <span className={classes["number"]}>
            {formatCount(busy)} of {formatPlural(workers, "worker")}
          </span>
          <span className={classes["line"]}>
            {status.draining ? "draining, " : status.paused === true ? "paused, " : ""}
            {status.waiting.length === 0
              ? "nobody waits"
              : `${formatCount(status.waiting.length)} wait`}
          </span>
        </>
      )}
    </li>
  );
}
