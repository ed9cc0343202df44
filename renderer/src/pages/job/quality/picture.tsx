import { Button, Skeleton } from "@mantine/core";
import { lazy, Suspense, useCallback, useState } from "react";
import type { Job } from "../../../../../services/contract/job.ts";
import { TableToggle } from "../../../components/chart/table-toggle.tsx";
import { formatCount } from "../../../format/numbers.ts";
import { saveFile } from "../report/save-file.ts";
import { BelowList } from "./below-list.tsx";
import type { QualityChart } from "./chart-parts.ts";
import { toCsv } from "./quality-charts.ts";
import { ThresholdLine } from "./threshold-line.tsx";
import classes from "./quality-view.module.css";

const QualityCanvas = lazy(() => import("./quality-canvas.tsx"));

/** One picture, its numbers as a table, both to be saved; and whoever lies below its threshold, which can be moved. */
export function Picture({ chart, job }: { chart: QualityChart; job: Job }) {
  const [asTable, setAsTable] = useState(false);
  const [png, setPng] = useState<(() => string) | null>(null);
  const { name, title, summary, threshold, isWide } = chart;
  const [at, setAt] = useState(threshold?.usual ?? 0);
  const onDrawn = useCallback((draw: () => string) => setPng(() => draw), []);
  const file = (ending: string): string => `${job.key}.${name}.${ending}`;
  return (
    <section className={classes["picture"]} data-wide={isWide} aria-label={title}>
      <header className={classes["head"]}>
        <h2>{title}</h2>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          disabled={asTable || png === null}
          aria-label={`${title} as PNG`}
          onClick={() => {
            if (png !== null) saveFile(file("png"), png());
          }}
        >
          PNG
        </Button>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          aria-label={`${title} as CSV`}
          onClick={() => saveFile(file("csv"), new Blob([toCsv(chart)], { type: "text/csv" }))}
        >
          CSV
        </Button>
        <TableToggle title={title} asTable={asTable} onChange={setAsTable} />
      </header>
      {threshold === null && <p className={classes["summary"]}>{summary}</p>}
      <div className={classes["beside"]} data-alone={threshold === null}>
        <div className={classes["place"]}>
          {asTable ? (
            <Numbers chart={chart} />
          ) : (
            <Suspense fallback={<Skeleton height="100%" animate={false} />}>
              <QualityCanvas chart={chart} at={at} onDrawn={onDrawn} />
              {threshold !== null && (
                <ThresholdLine title={title} threshold={threshold} at={at} onMove={setAt} />
              )}
            </Suspense>
          )}
        </div>
        {threshold !== null && <BelowList job={job} title={title} threshold={threshold} at={at} />}
      </div>
    </section>
  );
}

function Numbers({ chart: { title, heads, rows } }: { chart: QualityChart }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
    <section className={classes["scroller"]} tabIndex={0} aria-label={`${title}, table`}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, mostRows).map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place}>{typeof cell === "number" ? formatCount(cell) : cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > mostRows && (
        <p className={classes["absent"]}>
          …and {formatCount(rows.length - mostRows)} more, in the CSV.
        </p>
      )}
    </section>
  );
}

/** A page with more is slow. */
const mostRows = 1000;
