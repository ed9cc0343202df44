import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { digestersQuery } from "../../api/digesters.ts";
import { jobCountsQuery } from "../../api/jobs.ts";
import { failedLatelyQuery, statisticsQuery } from "../../api/statistics.ts";
import { TimeChart } from "../../components/chart/time-chart.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NoDigester } from "../../components/no-digester.tsx";
import { Page } from "../../components/page.tsx";
import { SpanControl } from "../../components/span-control.tsx";
import { useKept } from "../../components/use-kept.ts";
import { DigesterLoad } from "./digester-load.tsx";
import { LateFailures } from "./late-failures.tsx";
import { endedSeries, endedWords, totalsOf, waitSeries, waitWords } from "./load-series.ts";
import { StatusLinks } from "./status-links.tsx";
import { VerdictLine } from "./verdict-line.tsx";
import classes from "./overview-page.module.css";

/** At a glance: all is well, or look here. */
export function OverviewPage() {
  const [span, setSpan] = useKept("digester-overview-span", ["day", "hour", "week"]);
  const counts = useQuery(jobCountsQuery);
  const digesters = useQuery(digestersQuery);
  const failed = useQuery(failedLatelyQuery);
  const statistics = useQuery({ ...statisticsQuery(span), placeholderData: keepPreviousData });
  const over = statistics.data;
  const ended = useMemo(() => (over === undefined ? undefined : endedSeries(over)), [over]);
  const waits = useMemo(() => (over === undefined ? undefined : waitSeries(over)), [over]);
  const totals = over === undefined ? null : totalsOf(over);

  if (counts.isError && counts.data === undefined) {
    return (
      <Page title="Overview">
        <ErrorPanel
          error={counts.error}
          what="The jobs could not be read"
          onRetry={() => void counts.refetch()}
        />
      </Page>
    );
  }
  return (
    <Page title="Overview">
      <div className={classes["page"]}>
        <VerdictLine counts={counts.data} digesters={digesters.data} failed={failed.data} />
        <StatusLinks counts={counts.data} />
        {digesters.data?.length === 0 && <NoDigester />}
        <div className={classes["over"]}>
          <SpanControl value={span} onChange={setSpan} />
          <div className={classes["columns"]}>
            <TimeChart
              title="Loads that ended"
              summary={totals === null ? "" : endedWords(totals)}
              nothing="No load ended in this time."
              data={ended}
            />
            <TimeChart
              title="Time in line"
              summary={totals === null ? "" : waitWords(totals)}
              nothing="No load began in this time."
              data={waits}
            />
          </div>
        </div>
        <div className={classes["columns"]}>
          <DigesterLoad digesters={digesters.data} />
          <LateFailures failed={failed.data} />
        </div>
      </div>
    </Page>
  );
}
