import { lazy, Suspense, useId, useState, type ReactNode } from "react";
import { isEmpty, type TimeSeries } from "./series.ts";
import { TableToggle } from "./table-toggle.tsx";
import { TimeTable } from "./time-table.tsx";
import classes from "./chart.module.css";

const EChart = lazy(() => import("./echart.tsx"));

interface TimeChartProps {
  readonly title: string;
  /** What the picture shows, in one sentence of numbers. */
  readonly summary: string;
  /** What stands in place of a picture without anything in it. */
  readonly nothing: string;
  /** Undefined while it is being asked for. */
  readonly data: TimeSeries | undefined;
  readonly children?: ReactNode;
}

/** A picture of quantities over time; the same as a table for whoever prefers numbers or hears the page. */
export function TimeChart({ title, summary, nothing, data, children }: TimeChartProps) {
  const [asTable, setAsTable] = useState(false);
  const heading = useId();
  return (
    <section className={classes["chart"]} aria-labelledby={heading}>
      <header className={classes["head"]}>
        <h2 id={heading} className={classes["title"]}>
          {title}
        </h2>
        {data !== undefined && <Legend data={data} />}
        <TableToggle title={title} asTable={asTable} onChange={setAsTable} />
      </header>
      <p className={classes["summary"]}>{data === undefined ? " " : summary}</p>
      <div className={classes["place"]}>
        {data === undefined ? (
          <div className={classes["skeleton"]} />
        ) : asTable ? (
          <TimeTable title={title} data={data} />
        ) : isEmpty(data) ? (
          <p className={classes["nothing"]}>{nothing}</p>
        ) : (
          <Suspense fallback={<div className={classes["skeleton"]} />}>
            <EChart data={data} />
          </Suspense>
        )}
      </div>
      {children}
    </section>
  );
}

function Legend({ data }: { data: TimeSeries }) {
  return (
    <ul className={classes["legend"]}>
      {data.series.map(({ name, colour, shape }) => (
        <li key={name}>
          <span
            aria-hidden
            className={classes["sample"]}
            data-shape={shape}
            style={{ background: `var(${colour})` }}
          />
          {name}
        </li>
      ))}
    </ul>
  );
}
