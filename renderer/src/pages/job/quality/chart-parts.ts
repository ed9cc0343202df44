import type { EChartsCoreOption } from "echarts/core";
import type { QualityTable, ThresholdFigure } from "../../../../../services/contract/quality.ts";

/** A picture of quality figures, and the numbers behind it. */
export interface QualityChart {
  readonly name: string;
  readonly title: string;
  /** What the picture says, in a sentence. */
  readonly summary: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** Whether it needs all the width there is. */
  readonly isWide: boolean;
  /** Null: there is nothing to be left out by. */
  readonly threshold: Threshold | null;
  /** @param at where the threshold stands. */
  readonly option: (colours: Colours, at: number) => EChartsCoreOption;
}

/** Below it a marker or sample is usually left out. */
export interface Threshold {
  readonly table: QualityTable;
  readonly figure: ThresholdFigure;
  readonly usual: number;
  /** The largest value there can be; the smallest is 0. */
  readonly to: number;
}

/** The page's colours, as a canvas needs them. */
export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly bar: string;
  readonly mark: string;
  readonly full: string;
  readonly font: string;
}

/** Pixels around what is drawn, the same in all pictures, so that a handle can be laid over one. */
export const margins = { left: 56, right: 16, top: 18, bottom: 26 } as const;

export function common(colours: Colours) {
  return {
    animation: false,
    backgroundColor: colours.ground,
    textStyle: { fontFamily: colours.font },
    grid: { ...margins, containLabel: false },
    tooltip: {
      confine: true,
      transitionDuration: 0,
      backgroundColor: colours.ground,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12 },
    },
  };
}

export function labelOf(colours: Colours) {
  return { color: colours.muted, fontSize: 11, fontFamily: colours.font };
}

/** To a thousandth. */
export function round(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
