import { Button, Group, Skeleton } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import type { Job } from "../../../../../services/contract/job.ts";
import type { Quality } from "../../../../../services/contract/quality.ts";
import { qualityQuery } from "../../../api/job-files.ts";
import { TableToggle } from "../../../components/chart/table-toggle.tsx";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { formatCount, formatShare } from "../../../format/numbers.ts";
import { saveFile } from "../report/save-file.ts";
import { chartsOf, toCsv, type QualityChart } from "./quality-charts.ts";
import classes from "./quality-view.module.css";

const QualityCanvas = lazy(() => import("./quality-canvas.tsx"));

/** The quality of a job's matrix, as figures and pictures. */
export function QualityView({ job }: { job: Job }) {
  const { data, error, isError, refetch } = useQuery(qualityQuery(job.id, job.attempt));
  const charts = useMemo(() => (data === undefined ? [] : chartsOf(data)), [data]);
  if (isError) {
    return (
      <ErrorPanel
        error={error}
        what="The quality figures could not be read"
        onRetry={() => void refetch()}
      />
    );
  }
  return (
    <div className={classes["quality"]}>
      {data === undefined ? (
        <Skeleton height={20} width="60%" animate={false} />
      ) : (
        <Figures quality={data} />
      )}
      <Group gap="xs">
        {(["markers", "samples"] as const).map((table) => (
          <Button
            key={table}
            component="a"
            variant="default"
            href={`/api/v1/jobs/${job.id}/quality/${table}?format=csv`}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            All {table}, CSV
          </Button>
        ))}
      </Group>
      <div className={classes["charts"]}>
        {data === undefined
          ? [1, 2, 3, 4].map((n) => <Skeleton key={n} height={260} animate={false} />)
          : charts.map((chart) => <Picture key={chart.name} chart={chart} jobKey={job.key} />)}
      </div>
      {data !== undefined && <Lowest quality={data} />}
      {data?.absent.map(({ figure, reason }) => (
        <p key={figure} className={classes["absent"]}>
          No {figure}: {reason}
        </p>
      ))}
    </div>
  );
}

function Figures({ quality: { summary } }: { quality: Quality }) {
  const figures = [
    ["Call rate", formatShare(summary.callRate)],
    ["Mean minor allele frequency", share(summary.minorAlleleFrequency)],
    ["Mean heterozygosity", share(summary.heterozygosity)],
    ["Monomorphic markers", formatCount(summary.monomorphicMarkers)],
    ["Markers without a call", formatCount(summary.allMissingMarkers)],
    ["Samples without a call", formatCount(summary.allMissingSamples)],
    [
      "Duplicate samples",
      summary.duplicateSamples === null ? "–" : formatCount(summary.duplicateSamples),
    ],
  ] as const;
  return (
    <dl className={classes["figures"]}>
      {figures.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function share(value: number | null): string {
  return value === null ? "–" : formatShare(value);
}

function Picture({ chart, jobKey }: { chart: QualityChart; jobKey: string }) {
  const [asTable, setAsTable] = useState(false);
  const [png, setPng] = useState<(() => string) | null>(null);
  const { name, title, summary } = chart;
  const onDrawn = useCallback((draw: () => string) => setPng(() => draw), []);
  const file = (ending: string): string => `${jobKey}.${name}.${ending}`;
  return (
    <section className={classes["picture"]} aria-label={title}>
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
      <p className={classes["summary"]}>{summary}</p>
      <div className={classes["place"]}>
        {asTable ? (
          <Numbers chart={chart} />
        ) : (
          <Suspense fallback={<Skeleton height="100%" animate={false} />}>
            <QualityCanvas chart={chart} onDrawn={onDrawn} />
          </Suspense>
        )}
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
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={place}>{typeof cell === "number" ? formatCount(cell) : cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Whoever is to be looked at first. */
function Lowest({ quality: { lowestCallRate } }: { quality: Quality }) {
  return (
    <div className={classes["lowest"]}>
      {(["markers", "samples"] as const).map((what) => (
        <section key={what} aria-label={`Lowest call rates of ${what}`}>
          <h2>Lowest call rates, {what}</h2>
          <ol>
            {lowestCallRate[what].slice(0, 8).map(({ name, value }) => (
              <li key={name}>
                <span className="mono">{name}</span> <span>{formatShare(value)}</span>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}
