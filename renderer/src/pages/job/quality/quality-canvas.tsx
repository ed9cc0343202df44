import { BarChart, HeatmapChart } from "echarts/charts";
import {
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import type { Colours, QualityChart } from "./quality-charts.ts";

register([
  BarChart,
  HeatmapChart,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

interface QualityCanvasProps {
  readonly chart: QualityChart;
  /** Given the way to save what is drawn, as the address of a PNG. */
  readonly onDrawn: (png: () => string) => void;
}

/** Draws on a canvas in the colours of the scheme at that time; what it shows is told in words and numbers beside it. */
export default function QualityCanvas({ chart, onDrawn }: QualityCanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const drawn: EChartsType = init(place.current, null, { renderer: "canvas" });
    drawn.setOption(chart.option(pageColours()));
    onDrawn(() => drawn.getDataURL({ type: "png", pixelRatio: 2 }));
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, [chart, onDrawn]);
  return <div ref={place} style={{ width: "100%", height: "100%" }} aria-hidden />;
}

function pageColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read("--text"),
    muted: read("--muted"),
    line: read("--line"),
    ground: read("--ground"),
    bar: read("--status-in-progress"),
    mark: read("--status-failed"),
    full: read("--status-failed"),
    font: getComputedStyle(document.body).fontFamily,
  };
}
