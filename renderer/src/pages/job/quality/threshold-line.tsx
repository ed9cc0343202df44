import { margins, type Threshold } from "./chart-parts.ts";
import classes from "./threshold-line.module.css";

interface ThresholdLineProps {
  readonly title: string;
  readonly threshold: Threshold;
  readonly at: number;
  readonly onMove: (at: number) => void;
}

/** The handle of a threshold's line, laid over the picture that draws it: dragged, or moved with the arrow keys. */
export function ThresholdLine({ title, threshold, at, onMove }: ThresholdLineProps) {
  const { to, usual } = threshold;
  return (
    <div className={classes["plot"]} style={margins}>
      <input
        type="range"
        className={classes["line"]}
        aria-label={`Threshold of ${title.toLowerCase()}`}
        title={`Drag, or use the arrow keys; a double click puts it back to ${usual}`}
        min={0}
        max={to}
        step={to / 100}
        value={at}
        onChange={(event) => onMove(event.currentTarget.valueAsNumber)}
        onDoubleClick={() => onMove(usual)}
      />
    </div>
  );
}
