export type TimeZone = "local" | "UTC";

/** A difference below this may be the way of the answer and the whole seconds of its stamp. */
const leastClockDifferenceMs = 5000;

/**
 * By how many milliseconds another machine's clock is ahead, in whole seconds; 0 where they agree as far as can be told.
 *
 * @param stamp the `Date` of its answer; null where it has none.
 * @param now when the answer came, by this machine's clock.
 */
export function clockAhead(stamp: string | null, now: number): number {
  const ahead = stamp === null ? Number.NaN : Date.parse(stamp) - now;
  if (!(Math.abs(ahead) >= leastClockDifferenceMs)) return 0;
  return Math.round(ahead / 1000) * 1000;
}

/** How long ago, in one unit: `now`, `4 s ago`, `2 min ago`, `3 d ago`. What lies ahead by a skewed clock is `now`. */
export function formatAgo(at: number, now: number): string {
  const passed = now - at;
  return passed < 2000 ? "now" : `${formatSpan(passed)} ago`;
}

/** A time span in one unit, for columns: `4 s`, `2 min`, `1 h`. Negative spans count as none. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A time span to the digit that matters: `0.4 s`, `42 s`, `2 min 5 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 0.95) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 3600) return twoUnits(Math.floor(rounded / 60), "min", rounded % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return twoUnits(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

// Making a formatter takes a hundred times as long as using it, and each cell of a long list has one.
const dateTimes = inBothZones({
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const timesOfDay = inBothZones({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const moments = inBothZones({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const minutes = inBothZones({ hour: "2-digit", minute: "2-digit" });
const minutesOfDays = inBothZones({ weekday: "short", hour: "2-digit", minute: "2-digit" });

function inBothZones(
  options: Intl.DateTimeFormatOptions,
): Readonly<Record<TimeZone, Intl.DateTimeFormat>> {
  const form = { ...options, hourCycle: "h23" } as const;
  return {
    local: new Intl.DateTimeFormat("en-GB", form),
    UTC: new Intl.DateTimeFormat("en-GB", { ...form, timeZone: "UTC" }),
  };
}

/** `24 Nov 2026, 09:31:07` with the zone's name. */
export function formatDateTime(at: number, zone: TimeZone): string {
  return dateTimes[zone].format(at);
}

/** `09:31:07`. */
export function formatTime(at: number, zone: TimeZone): string {
  return timesOfDay[zone].format(at);
}

/** A moment in the past, for columns: `09:31:07` within the last twelve hours, `24 Nov 09:31` before. */
export function formatMoment(at: number, now: number, zone: TimeZone): string {
  if (Math.abs(now - at) < 12 * 3_600_000) return formatTime(at, zone);
  return moments[zone].format(at).replace(",", "");
}

/** When a bucket of that length begins: `09:31`, with the day where a bucket is an hour or longer: `Tue 14:00`. */
export function formatClock(at: number, bucketMs: number, zone: TimeZone): string {
  const form = bucketMs >= 3_600_000 ? minutesOfDays : minutes;
  return form[zone].format(at).replace(",", "");
}
