import type { EChartsCoreOption } from "echarts/core";
import { formatClock, type TimeZone } from "../../format/time.ts";
import type { Series, TimeSeries } from "./series.ts";

/** The page's colours, as a canvas needs them. */
export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly edge: string;
  readonly font: string;
  /** One for each series. */
  readonly series: readonly string[];
}

/** What ECharts is told. Nothing moves by itself. */
export function chartOption(data: TimeSeries, palette: Palette, zone: TimeZone): EChartsCoreOption {
  const { times, series, format, bucketMs } = data;
  const text = { color: palette.muted, fontSize: 11, fontFamily: palette.font };
  return {
    animation: false,
    grid: { left: 4, right: 8, top: 12, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: "line", lineStyle: { color: palette.edge, type: "solid" } },
      backgroundColor: palette.ground,
      borderColor: palette.edge,
      borderWidth: 1,
      padding: [6, 10],
      textStyle: { color: palette.text, fontSize: 12, fontFamily: palette.font },
      formatter: (shown: unknown) => tooltip(data, palette, zone, indexOf(shown)),
    },
    xAxis: {
      type: "category",
      data: times.map((at) => formatClock(at, bucketMs, zone)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.edge } },
      axisLabel: { ...text, hideOverlap: true, interval: labelInterval(times.length) },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      splitNumber: 3,
      axisLabel: { ...text, formatter: format },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: series.map((one, index) => drawn(one, palette.series[index] ?? palette.text)),
  };
}

function drawn({ name, values, shape }: Series, color: string) {
  const common = { name, itemStyle: { color } };
  return shape === "bar"
    ? {
        ...common,
        type: "bar",
        stack: "all",
        barCategoryGap: "20%",
        barMinHeight: 2,
        // Nothing has no height, not even the least.
        data: values.map((value) => (value === 0 ? null : value)),
      }
    : {
        ...common,
        type: "line",
        data: [...values],
        showAllSymbol: true,
        symbol: "circle",
        symbolSize: 5,
        connectNulls: true,
        lineStyle: { color, width: 1.5 },
      };
}

/** Some eight labels, whatever the number of buckets. */
function labelInterval(buckets: number): number {
  return Math.max(0, Math.ceil(buckets / 8) - 1);
}

function indexOf(shown: unknown): number {
  const [first] = Array.isArray(shown) ? (shown as unknown[]) : [shown];
  const found: unknown =
    typeof first === "object" && first !== null && "dataIndex" in first ? first.dataIndex : 0;
  return typeof found === "number" ? found : 0;
}

/** Names and numbers are our own: nothing in here comes from a load. */
function tooltip(data: TimeSeries, palette: Palette, zone: TimeZone, index: number): string {
  const { times, bucketMs, series, format } = data;
  const at = times[index] ?? 0;
  const title = `${formatClock(at, bucketMs, zone)} – ${formatClock(at + bucketMs, bucketMs, zone)}`;
  const lines = series.flatMap(({ name, values }, i) => {
    const value = values[index] ?? null;
    const dot = `<span style="color:${palette.series[i] ?? palette.text}">●</span>`;
    return value === null ? [] : [`${dot} ${name} <b>${format(value)}</b>`];
  });
  return [`<span style="color:${palette.muted}">${title}</span>`, ...lines].join("<br>");
}
