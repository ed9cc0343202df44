import { init, type EChartsType } from "echarts/core";
import { useEffect, useRef, type RefObject } from "react";

/**
 * A canvas that keeps the size of its element and goes with it.
 *
 * @param draw is called with it at first, and whenever `draw` or the colour scheme is another one.
 * @returns the element to draw in.
 */
export function useDrawing(draw: (chart: EChartsType) => void): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);

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
    const drawIt = (): void => {
      if (chart.current !== null) draw(chart.current);
    };
    drawIt();
    // Later than React says that the scheme is another one: its colours are there once the page has it.
    const scheme = new MutationObserver(drawIt);
    scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => scheme.disconnect();
  }, [draw]);

  return place;
}

/** Reads a colour of the scheme at this time by the name of its variable, e.g. `--text`. */
export function readColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function readFont(): string {
  return getComputedStyle(document.body).fontFamily;
}
