import { Skeleton } from "@mantine/core";
import type { Event } from "../../../../services/contract/event.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import { TimeOfDay } from "../../components/times.tsx";
import { formatDuration } from "../../format/time.ts";
import { eventWords, standingWords, stepWords } from "../../format/words.ts";
import classes from "./event-list.module.css";

/** All that happened to one job, in order; what was refused too. */
export function EventList({ events }: { events: readonly Event[] | undefined }) {
  if (events === undefined) {
    return [1, 2, 3, 4].map((n) => <Skeleton key={n} height={16} mb={16} animate={false} />);
  }
  const start = events[0] === undefined ? 0 : Date.parse(events[0].at);
  return (
    <ol className={classes["events"]}>
      {events.map((event) => (
        <li key={event.seq} className={classes["event"]} data-type={event.type}>
          <span className={classes["time"]}>
            <TimeOfDay at={event.at} />
          </span>
          <span className={classes["offset"]}>
            {event.seq === events[0]?.seq ? "" : `+${formatDuration(Date.parse(event.at) - start)}`}
          </span>
          <span className={classes["type"]}>
            {event.type === "refused" ? (
              <StatusIcon standing="failed" size={14} />
            ) : (
              event.status !== undefined && <StatusIcon standing={event.status} size={14} />
            )}
            {titleOf(event)}
          </span>
          <span className={classes["what"]}>
            {event.message !== undefined && <span>{event.message.trim()}</span>}
            <span className={classes["where"]}>{whereOf(event)}</span>
            {event.refused !== undefined && (
              <details>
                <summary>What it said</summary>
                <pre className={classes["payload"]}>{JSON.stringify(event.refused, null, 2)}</pre>
              </details>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function titleOf(event: Event): string {
  if (event.type === "step" && event.step !== undefined) return stepWords[event.step];
  if (event.type === "settled" && event.status !== undefined) return standingWords[event.status];
  return eventWords[event.type];
}

function whereOf(event: Event): string {
  return [
    event.attempt === null || event.attempt === 0 ? null : `attempt ${event.attempt}`,
    event.digester === null ? null : `on ${event.digester}`,
    event.by === undefined ? null : `by ${event.by}`,
  ]
    .filter((part) => part !== null)
    .join(" ");
}
