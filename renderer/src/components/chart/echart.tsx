import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useTimeZone } from "../time-zone.ts";
import { chartOption, type Palette } from "./chart-option.ts";
import type { TimeSeries } from "./series.ts";
import classes from "./chart.module.css";

register([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** Draws on a canvas in the colours of the scheme at that time. What it shows is told in words by whoever uses it. */
export default function EChart({ data }: { data: TimeSeries }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const [zone] = useTimeZone();

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = init(element, null, { renderer: "canvas" });
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const palette = paletteOf(data);
    chart.current?.setOption(chartOption(data, palette, zone), { notMerge: true });
  }, [data, zone]);

  return <div ref={place} className={classes["canvas"]} aria-hidden />;
}

function paletteOf(data: TimeSeries): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read("--text"),
    muted: read("--muted"),
    line: read("--line"),
    ground: read("--ground-raised"),
    edge: read("--line-strong"),
    font: getComputedStyle(document.body).fontFamily,
    series: data.series.map(({ colour }) => read(colour)),
  };
}
