import { BarChart, HeatmapChart, ScatterChart } from "echarts/charts";
import {
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useCallback } from "react";
import { readColour, readFont, useDrawing } from "../../../components/chart/use-drawing.ts";
import type { Colours, QualityChart } from "./chart-parts.ts";

register([
  BarChart,
  HeatmapChart,
  ScatterChart,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

interface QualityCanvasProps {
  readonly chart: QualityChart;
  /** Where the threshold stands, if it has one. */
  readonly at: number;
  /** Given the way to save what is drawn, as the address of a PNG. */
  readonly onDrawn: (png: () => string) => void;
}

/** Draws on a canvas in the colours of the scheme at that time; what it shows is told in words and numbers beside it. */
export default function QualityCanvas({ chart, at, onDrawn }: QualityCanvasProps) {
  const draw = useCallback(
    (drawn: EChartsType) => {
      drawn.setOption(chart.option(pageColours(), at), { notMerge: true });
      onDrawn(() => drawn.getDataURL({ type: "png", pixelRatio: 2 }));
    },
    [chart, at, onDrawn],
  );
  const place = useDrawing(draw);
  return <div ref={place} style={{ width: "100%", height: "100%" }} aria-hidden />;
}

function pageColours(): Colours {
  return {
    text: readColour("--text"),
    muted: readColour("--muted"),
    line: readColour("--line"),
    ground: readColour("--ground"),
    bar: readColour("--status-in-progress"),
    mark: readColour("--status-failed"),
    full: readColour("--status-failed"),
    font: readFont(),
  };
}
