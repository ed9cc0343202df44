import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useCallback } from "react";
import { useTimeZone } from "../time-zone.ts";
import { chartOption, type Palette } from "./chart-option.ts";
import type { TimeSeries } from "./series.ts";
import { readColour, readFont, useDrawing } from "./use-drawing.ts";
import classes from "./chart.module.css";

register([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** Draws on a canvas in the colours of the scheme at that time. What it shows is told in words by whoever uses it. */
export default function EChart({ data }: { data: TimeSeries }) {
  const [zone] = useTimeZone();
  const draw = useCallback(
    (chart: EChartsType) =>
      chart.setOption(chartOption(data, paletteOf(data), zone), { notMerge: true }),
    [data, zone],
  );
  const place = useDrawing(draw);
  return <div ref={place} className={classes["canvas"]} aria-hidden />;
}

function paletteOf(data: TimeSeries): Palette {
  return {
    text: readColour("--text"),
    muted: readColour("--muted"),
    line: readColour("--line"),
    ground: readColour("--ground-raised"),
    edge: readColour("--line-strong"),
    font: readFont(),
    series: data.series.map(({ colour }) => readColour(colour)),
  };
}
