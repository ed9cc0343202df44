import { useKept } from "./use-kept.ts";

/** How the age of something is told; the other one is shown on hover. */
export type TimeStyle = "relative" | "absolute";

/** Kept in this browser. */
export function useTimeStyle(): [TimeStyle, (style: TimeStyle) => void] {
  return useKept("digester-time-style", ["relative", "absolute"]);
}
