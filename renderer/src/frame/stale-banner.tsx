import { IconCloudOff } from "@tabler/icons-react";
import { useTimeZone } from "../components/time-zone.ts";
import { formatTime } from "../format/time.ts";
import { useMark } from "./live-mark.tsx";
import classes from "./stale-banner.module.css";

/** Says since when what is shown may be out of date. */
export function StaleBanner() {
  const mark = useMark();
  const [zone] = useTimeZone();
  if (mark.kind !== "disconnected") return null;
  return (
    <output className={classes["banner"]}>
      <IconCloudOff size={16} aria-hidden />
      <span>
        Disconnected since {formatTime(mark.since, zone)}. This is the last known state; work on the
        digesters goes on.
      </span>
    </output>
  );
}
