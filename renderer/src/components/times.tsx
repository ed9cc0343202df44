import { formatAgo, formatDateTime, formatSpan, formatTime } from "../format/time.ts";
import { useTimeText } from "./clock.ts";
import { useTimeZone } from "./time-zone.ts";

/** How long ago; the date and time on hover. */
export function Ago({ at }: { at: string }) {
  const stamp = Date.parse(at);
  const [zone] = useTimeZone();
  const text = useTimeText((now) => formatAgo(stamp, now));
  return (
    <time dateTime={at} title={formatDateTime(stamp, zone)} className="numbers">
      {text}
    </time>
  );
}

/** A time of day; the date on hover. */
export function TimeOfDay({ at }: { at: string }) {
  const stamp = Date.parse(at);
  const [zone] = useTimeZone();
  return (
    <time dateTime={at} title={formatDateTime(stamp, zone)} className="numbers">
      {formatTime(stamp, zone)}
    </time>
  );
}

/** The time from `from` to `to`, which is now while it is null. */
export function Span({ from, to }: { from: string; to: string | null }) {
  const text = useTimeText((now) =>
    formatSpan((to === null ? now : Date.parse(to)) - Date.parse(from)),
  );
  return <span className="numbers">{text}</span>;
}
