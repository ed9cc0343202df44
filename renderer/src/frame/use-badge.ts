import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { jobCountsQuery } from "../api/jobs.ts";
import { desktop } from "../desktop.ts";

/** The number of running loads on the application's icon, where there is one. */
export function useBadge(): void {
  const { data } = useQuery(jobCountsQuery);
  const running = data?.in_progress;
  useEffect(() => {
    if (running === undefined) return;
    desktop()
      ?.setBadge({ count: Math.min(running, 99_999) })
      .catch(() => undefined);
  }, [running]);
}
