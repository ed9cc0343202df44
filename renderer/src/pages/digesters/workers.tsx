import { formatCount, formatPlural } from "../../format/numbers.ts";
import classes from "./workers.module.css";

/** Up to so many are drawn one by one. */
const mostDrawn = 32;

/** How many of the workers are busy, as one box each. */
export function Workers({ busy, total }: { busy: number; total: number }) {
  return (
    <div className={classes["workers"]}>
      <h3 className={classes["heading"]}>
        {formatCount(busy)} of {formatPlural(total, "worker")} busy
      </h3>
      {total <= mostDrawn && (
        <div className={classes["boxes"]} aria-hidden>
          {Array.from({ length: total }, (_, index) => (
            <span key={index} className={classes["box"]} data-busy={index < busy} />
          ))}
        </div>
      )}
    </div>
  );
}
