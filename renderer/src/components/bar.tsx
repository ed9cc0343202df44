import classes from "./bar.module.css";

/** @param share 0 to 1. */
export function Bar({ share, label }: { share: number; label: string }) {
  return (
    <span
      className={classes["track"]}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <span className={classes["fill"]} style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}
