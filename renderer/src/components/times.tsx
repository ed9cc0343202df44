import { formatAgo, formatDateTime, formatMoment, formatSpan, formatTime } from "../format/time.ts";
import { useTimeText } from "./clock.ts";
import { useTimeStyle } from "./time-style.ts";
import { useTimeZone } from "./time-zone.ts";

/** How long ago, with the date and time on hover; or the other way round, as the person likes it. */
export function Ago({ at }: { at: string }) {
  const stamp = Date.parse(at);
  const [zone] = useTimeZone();
  const [style] = useTimeStyle();
  const ago = useTimeText((now) => formatAgo(stamp, now));
  const short = useTimeText((now) => formatMoment(stamp, now, zone));
  const isRelative = style === "relative";
  const full = formatDateTime(stamp, zone);
  return (
    <time dateTime={at} title={isRelative ? full : `${ago}, ${full}`} className="numbers">
      {isRelative ? ago : short}
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
