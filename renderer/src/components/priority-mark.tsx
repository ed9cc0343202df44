import { VisuallyHidden } from "@mantine/core";
import classes from "./priority-mark.module.css";

/** A priority other than the usual 0. */
export function PriorityMark({ priority }: { priority: number }) {
  if (priority === 0) return null;
  const text = priority > 0 ? `+${priority}` : `−${-priority}`;
  return (
    <span className={classes["mark"]} title={`Priority ${text}`}>
      <VisuallyHidden>Priority </VisuallyHidden>
      {text}
    </span>
  );
}
