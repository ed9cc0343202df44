import { formatClock } from "../../format/time.ts";
import { useTimeZone } from "../time-zone.ts";
import type { TimeSeries } from "./series.ts";
import classes from "./chart.module.css";

/** The buckets in which anything happened, newest first. */
export function TimeTable({ title, data }: { title: string; data: TimeSeries }) {
  const [zone] = useTimeZone();
  const { times, bucketMs, series, format } = data;
  const rows = times
    .map((at, index) => ({ at, values: series.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0))
    .toReversed();
  if (rows.length === 0) return <p className={classes["nothing"]}>Nothing happened.</p>;
  return (
    // Scrolled by keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes["scroller"]} tabIndex={0} aria-label={`${title}, table`}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, values }) => (
            <tr key={at}>
              <th scope="row">{formatClock(at, bucketMs, zone)}</th>
              {values.map((value, index) => (
                <td key={series[index]?.name}>{value === null ? "–" : format(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
