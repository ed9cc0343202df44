import { SegmentedControl, type SegmentedControlProps } from "@mantine/core";
import type { StatisticsSpan } from "../../../services/contract/statistics.ts";

const spans: SegmentedControlProps<StatisticsSpan>["data"] = [
  { value: "hour", label: "Hour" },
  { value: "day", label: "24 h" },
  { value: "week", label: "Week" },
];

/** How far back a picture over time goes. */
export function SpanControl(props: Omit<SegmentedControlProps<StatisticsSpan>, "data">) {
  return <SegmentedControl size="xs" aria-label="How far back" data={spans} {...props} />;
}
