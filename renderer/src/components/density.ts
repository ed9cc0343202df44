import { useMediaQuery } from "@mantine/hooks";
import { useEffect } from "react";
import { useKept } from "./use-kept.ts";

/** How close the rows of tables and lists stand. */
export type Density = "comfortable" | "compact";

/** Kept in this browser. */
export function useDensity(): [Density, (density: Density) => void] {
  return useKept("digester-density", ["comfortable", "compact"]);
}

/** Tells the style sheets, which take their rows' heights from it. */
export function useDensityOfPage(): void {
  const [density] = useDensity();
  useEffect(() => {
    document.documentElement.dataset["density"] = density;
  }, [density]);
}

interface RowHeights {
  /** In px; a compact row is 8 px lower. */
  readonly wide: number;
  readonly narrow: number;
}

/** The height of a row, in px, where only the rows in sight are drawn. */
export function useRowHeight({ wide, narrow }: RowHeights): number {
  const [density] = useDensity();
  const isNarrow = useMediaQuery("(max-width: 767px)", false, { getInitialValueInEffect: false });
  return (isNarrow ? narrow : wide) - (density === "compact" ? 8 : 0);
}
