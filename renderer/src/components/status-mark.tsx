import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDotFilled,
  IconCircleOff,
  IconPlayerPauseFilled,
  type Icon,
} from "@tabler/icons-react";
import { standingWords, type Standing } from "../format/words.ts";
import classes from "./status-mark.module.css";

const icons: Record<Standing, Icon> = {
  submitted: IconCircleDashed,
  in_progress: IconCircleDotFilled,
  completed: IconCircleCheckFilled,
  failed: IconAlertTriangleFilled,
  aborted: IconCircleOff,
  held: IconPlayerPauseFilled,
};

/** A status by icon, word and colour, so that no one of the three is needed alone. */
export function StatusMark({ standing, size = 15 }: { standing: Standing; size?: number }) {
  return (
    <span className={classes["mark"]} data-standing={standing}>
      <StatusIcon standing={standing} size={size} />
      {standingWords[standing]}
    </span>
  );
}

export function StatusIcon({ standing, size = 15 }: { standing: Standing; size?: number }) {
  const Shape = icons[standing];
  return <Shape size={size} aria-hidden className={classes["icon"]} data-standing={standing} />;
}
