import { useQuery } from "@tanstack/react-query";
import type { JobStatus } from "../../../../services/contract/job.ts";
import { jobCountsQuery } from "../../api/jobs.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import { formatCount } from "../../format/numbers.ts";
import { standingWords } from "../../format/words.ts";
import classes from "./status-tiles.module.css";

/** What still moves, what wants a look, what is over. */
const tiles: readonly JobStatus[] = ["submitted", "in_progress", "failed", "completed", "aborted"];

interface StatusTilesProps {
  /** Values of the search. */
  readonly chosen: readonly string[];
  readonly onToggle: (status: JobStatus) => void;
}

/** How many jobs stand where; a tile is a filter. */
export function StatusTiles({ chosen, onToggle }: StatusTilesProps) {
  const { data: counts } = useQuery(jobCountsQuery);
  return (
    <fieldset className={classes["tiles"]} aria-label="Filter by status">
      {tiles.map((status) => (
        <button
          key={status}
          type="button"
          className={classes["tile"]}
          aria-pressed={chosen.includes(status)}
          onClick={() => onToggle(status)}
        >
          <span className={classes["word"]}>
            <StatusIcon standing={status} size={14} />
            {standingWords[status]}
          </span>
          <span className={classes["count"]} data-none={counts?.[status] === 0}>
            {counts === undefined ? "–" : formatCount(counts[status])}
          </span>
        </button>
      ))}
    </fieldset>
  );
}
