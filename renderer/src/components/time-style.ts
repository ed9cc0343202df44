import { useLocalStorage } from "@mantine/hooks";

/** How the age of something is told; the other one is shown on hover. */
export type TimeStyle = "relative" | "absolute";

/** Kept in this browser. */
export function useTimeStyle(): [TimeStyle, (style: TimeStyle) => void] {
  const [style, setStyle] = useLocalStorage<TimeStyle>({
    key: "digester-time-style",
    defaultValue: "relative",
    getInitialValueInEffect: false,
    deserialize: (value) => (value === "absolute" ? "absolute" : "relative"),
    serialize: (value) => value,
  });
  return [style, setStyle];
}
