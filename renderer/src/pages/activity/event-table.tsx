import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { Event } from "../../../../services/contract/event.ts";
import { useRowHeight } from "../../components/density.ts";
import { EventRow } from "./event-row.tsx";
import classes from "./event-table.module.css";

interface EventTableProps {
  /** Newest first. */
  readonly events: readonly Event[];
  /** The reader went down the list: what arrives must not push it away. */
  readonly onScrolledAway: () => void;
}

const rowHeights = { wide: 33, narrow: 57 } as const;

export function EventTable({ events, onScrolledAway }: EventTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = useRowHeight(rowHeights);
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which it is incompatible with, is not used
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);
  return (
    <div
      ref={scroller}
      className={classes["scroller"]}
      onScroll={(event) => {
        if (event.currentTarget.scrollTop > rowPx) onScrolledAway();
      }}
    >
      <table
        aria-label="Events, newest first"
        aria-rowcount={events.length}
        className={classes["table"]}
      >
        <tbody className={classes["body"]} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const event = events[item.index];
            return (
              event !== undefined && (
                <EventRow
                  key={event.seq}
                  event={event}
                  index={item.index}
                  top={item.start}
                  height={rowPx}
                />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
