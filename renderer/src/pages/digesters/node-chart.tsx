import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { StatisticsSpan } from "../../../../services/contract/statistics.ts";
import { nodeHistoryQuery } from "../../api/clusters.ts";
import { TimeChart } from "../../components/chart/time-chart.tsx";
import { SpanControl } from "../../components/span-control.tsx";
import { isEventful, nodeSeries, nodeWords } from "./node-series.ts";

/** Nodes gained and lost. Where one digester just stays, there is nothing to be seen, unless somebody wants pilots. */
export function NodeChart({ always }: { always: boolean }) {
  const [span, setSpan] = useState<StatisticsSpan>("hour");
  const week = useQuery({ ...nodeHistoryQuery("week"), enabled: !always });
  const isShown = always || (week.data !== undefined && isEventful(week.data));
  const history = useQuery({
    ...nodeHistoryQuery(span),
    enabled: isShown,
    placeholderData: keepPreviousData,
  });
  const data = history.data;
  const series = useMemo(() => (data === undefined ? undefined : nodeSeries(data)), [data]);
  if (!isShown) return null;
  return (
    <TimeChart
      title="Nodes gained and lost"
      summary={data === undefined ? "" : nodeWords(data)}
      nothing="No node came or went in this time."
      data={series}
    >
      <SpanControl mt={8} value={span} onChange={setSpan} />
    </TimeChart>
  );
}
