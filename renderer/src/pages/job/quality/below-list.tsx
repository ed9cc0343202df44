import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Job } from "../../../../../services/contract/job.ts";
import { belowQuery } from "../../../api/job-files.ts";
import { formatCount, formatPlural, formatShare } from "../../../format/numbers.ts";
import { round, type Threshold } from "./chart-parts.ts";
import classes from "./below-list.module.css";

interface BelowListProps {
  readonly job: Job;
  readonly title: string;
  readonly threshold: Threshold;
  readonly at: number;
}

/** Who lies below a threshold, lowest first. */
export function BelowList({ job, title, threshold: { table, figure }, at }: BelowListProps) {
  const [settled] = useDebouncedValue(at, 150);
  const { data, error, isPlaceholderData } = useQuery({
    ...belowQuery(job.id, job.attempt, { table, figure, under: settled }),
    placeholderData: keepPreviousData,
  });
  const isOld = isPlaceholderData || settled !== at;
  return (
    <section className={classes["below"]} aria-label={`${title}, below the threshold`}>
      <output data-old={isOld}>
        {data === undefined
          ? "…"
          : `${formatPlural(data.count, table === "markers" ? "marker" : "sample")} below ${round(settled)}`}
      </output>
      {error !== null && <p role="alert">{error.message}</p>}
      {data !== undefined && data.lowest.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
        <ol tabIndex={0} data-old={isOld} aria-label={`${title}, lowest first`}>
          {data.lowest.map(({ name, value }, index) => (
            <li key={index}>
              <span className={classes["name"]} title={name}>
                {name}
              </span>
              <span>{figure === "call_rate" ? formatShare(value) : round(value)}</span>
            </li>
          ))}
          {data.count > data.lowest.length && (
            <li className={classes["more"]}>
              …and {formatCount(data.count - data.lowest.length)} more
            </li>
          )}
        </ol>
      )}
    </section>
  );
}
