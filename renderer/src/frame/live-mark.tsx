import { useQuery } from "@tanstack/react-query";
import { Tooltip } from "@mantine/core";
import { aboutQuery } from "../api/about.ts";
import { markOf, type Mark } from "../api/stream/connection.ts";
import { useConnection } from "../api/stream/connection-context.ts";
import { useOwnNow } from "../components/clock.ts";
import { useTimeZone } from "../components/time-zone.ts";
import { formatTime } from "../format/time.ts";
import classes from "./live-mark.module.css";

/** How fresh the page is: the stream's word, unless the service has since failed to answer. */
export function useMark(): Mark {
  const connection = useConnection();
  const { isError, errorUpdatedAt, dataUpdatedAt } = useQuery(aboutQuery);
  const probe = isError ? { failedAt: errorUpdatedAt, answeredAt: dataUpdatedAt } : null;
  return markOf(connection, probe, useOwnNow());
}

const explanations: Record<Mark["kind"], string> = {
  connecting: "Opening the event stream.",
  live: "Every change arrives here as it happens.",
  behind: "Events are arriving later than they happened; the page is catching up.",
  disconnected: "Nothing new arrives. What is shown is the last known state.",
};

export function LiveMark() {
  const mark = useMark();
  const [zone] = useTimeZone();
  return (
    <Tooltip label={explanations[mark.kind]}>
      <span className={classes["mark"]} data-kind={mark.kind} data-testid="live-mark">
        <span aria-hidden className={classes["dot"]} />
        <span>{wordsOf(mark, (at) => formatTime(at, zone))}</span>
      </span>
    </Tooltip>
  );
}

function wordsOf(mark: Mark, time: (at: number) => string) {
  switch (mark.kind) {
    case "connecting":
      return "connecting";
    case "live":
      return "live";
    case "behind":
      return `behind ${mark.seconds} s`;
    case "disconnected":
      return (
        <>
          disconnected
          <span className={classes["more"]}>, retrying since {time(mark.since)}</span>
        </>
      );
  }
}
