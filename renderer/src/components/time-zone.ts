import { useLocalStorage } from "@mantine/hooks";
import type { TimeZone } from "../format/time.ts";

/** The zone in which times of day are shown, kept in this browser. */
export function useTimeZone(): [TimeZone, (zone: TimeZone) => void] {
  const [zone, setZone] = useLocalStorage<TimeZone>({
    key: "digester-time-zone",
    defaultValue: "local",
    getInitialValueInEffect: false,
    deserialize: (value) => (value === "UTC" ? "UTC" : "local"),
    serialize: (value) => value,
  });
  return [zone, setZone];
}
