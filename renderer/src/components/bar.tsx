import classes from "./bar.module.css";

/** @param share 0 to 1. */
export function Bar({ share, label }: { share: number; label: string }) {
  return <progress className={classes["bar"]} value={share} max={1} aria-label={label} />;
}
