import { memo } from "react";
import { Link } from "wouter";
import type { Event } from "../../../../services/contract/event.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import { TimeOfDay } from "../../components/times.tsx";
import { eventWords, standingWords, stepWords } from "../../format/words.ts";
import classes from "./event-table.module.css";

interface EventRowProps {
  readonly event: Event;
  readonly index: number;
  readonly top: number;
  readonly height: number;
}

export const EventRow = memo(function EventRow({ event, index, top, height }: EventRowProps) {
  const by = event.by === undefined ? "" : `by ${event.by}`;
  return (
    <tr
      aria-rowindex={index + 1}
      className={classes["row"]}
      data-type={event.type}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      <td className={classes["time"]}>
        <TimeOfDay at={event.at} />
      </td>
      <td className={classes["type"]}>
        {event.type === "refused" ? (
          <StatusIcon standing="failed" size={14} />
        ) : (
          event.status !== undefined && <StatusIcon standing={event.status} size={14} />
        )}
        {titleOf(event)}
      </td>
      <td className={classes["key"]}>
        {event.job !== null && (
          <Link href={`/jobs/${event.job}`} title={event.key ?? undefined}>
            {event.key ?? `job ${event.job}`}
          </Link>
        )}
      </td>
      <td className={classes["digester"]} title={event.digester ?? undefined}>
        {event.digester}
      </td>
      <td className={classes["what"]} title={event.message}>
        {[event.message?.trim(), by].filter(Boolean).join(" ")}
      </td>
    </tr>
  );
});

function titleOf(event: Event): string {
  if (event.type === "step" && event.step !== undefined) return stepWords[event.step];
  if (event.type === "settled" && event.status !== undefined) return standingWords[event.status];
  return eventWords[event.type];
}
