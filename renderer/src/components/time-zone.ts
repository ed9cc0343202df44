import type { TimeZone } from "../format/time.ts";
import { useKept } from "./use-kept.ts";

/** The zone in which times of day are shown, kept in this browser. */
export function useTimeZone(): [TimeZone, (zone: TimeZone) => void] {
  return useKept("digester-time-zone", ["local", "UTC"]);
}
