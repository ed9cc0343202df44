import { Text } from "@mantine/core";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import type { Event } from "../../../../services/contract/event.ts";
import { Ago } from "../../components/times.tsx";
import { formatPlural } from "../../format/numbers.ts";
import { DigesterActions } from "./digester-actions.tsx";
import { Lanes } from "./lanes.tsx";
import { RunningJobs } from "./running-jobs.tsx";
import { WaitingLine } from "./waiting-line.tsx";
import { Workers } from "./workers.tsx";
import classes from "./digester-section.module.css";

interface DigesterSectionProps {
  readonly digester: AttachedDigester;
  readonly events: readonly Event[];
}

/** One digester: whether it is there, what it does, and who waits in its line and why. */
export function DigesterSection({ digester, events }: DigesterSectionProps) {
  const { status } = digester;
  return (
    <section className={classes["digester"]} aria-label={`Digester ${digester.id}`}>
      <header className={classes["head"]}>
        <h2 className={classes["name"]}>{digester.id}</h2>
        <Reachable digester={digester} />
        {status?.paused === true && <span className={classes["draining"]}>paused</span>}
        {status?.draining === true && <span className={classes["draining"]}>draining</span>}
        <div className={classes["actions"]}>
          <DigesterActions digester={digester} />
        </div>
      </header>
      <p className={classes["facts"]}>
        {digester.url}
        {status !== null && ` · ${status.host} · process ${status.pid} · version ${status.version}`}
        {digester.lastHeardAt !== null && (
          <>
            {" · heard "}
            <Ago at={digester.lastHeardAt} />
          </>
        )}
      </p>
      {digester.problem !== null && (
        <p className={classes["problem"]} role="alert">
          {digester.problem}
        </p>
      )}
      {status === null ? (
        <Text size="sm" c="dimmed">
          It has not told yet what it is doing.
        </Text>
      ) : (
        <div className={classes["body"]} data-stale={!digester.reachable}>
          <div className={classes["column"]}>
            <Workers busy={status.running.length} total={status.workers} />
            <RunningJobs running={status.running} />
            {status.outbox > 0 && (
              <p className={classes["outbox"]}>
                {formatPlural(status.outbox, "callback")} not delivered yet.
              </p>
            )}
          </div>
          <div className={classes["column"]}>
            <WaitingLine digester={digester} status={status} />
          </div>
        </div>
      )}
      {status !== null && <Lanes digester={digester} events={events} />}
    </section>
  );
}

function Reachable({ digester }: { digester: AttachedDigester }) {
  return (
    <span className={classes["reachable"]} data-reachable={digester.reachable}>
      <span aria-hidden className={classes["dot"]} />
      {digester.reachable ? "reachable" : "not reachable"}
    </span>
  );
}
