import { Text, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { coerceError } from "../../../../services/contract/errors.ts";
import type { RegulatorChoice, WaitingJob } from "../../../../services/contract/regulator.ts";
import { previewRegulator } from "../../api/digesters.ts";
import { keys } from "../../api/keys.ts";
import { formatPlural } from "../../format/numbers.ts";
import { changeWords, foresee, type ForeseenJob } from "./order-change.ts";
import classes from "./other-strategy.module.css";

interface PreviewedLineProps {
  readonly digester: string;
  readonly now: readonly WaitingJob[];
  readonly choice: RegulatorChoice;
}

const mostShown = 200;

/** What the digester says would become of its line under this choice, against the line of now. */
export function PreviewedLine({ digester, now, choice }: PreviewedLineProps) {
  const [settled] = useDebouncedValue(choice, 250);
  const line = now.map(({ job }) => job).join(" ");
  const { data, error, isError } = useQuery({
    queryKey: keys.preview(digester, settled, line),
    queryFn: () => previewRegulator(digester, settled),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  if (isError) {
    return (
      <Text size="sm" mt="sm" role="alert" c="var(--status-failed)">
        {coerceError(error).message}
      </Text>
    );
  }
  const foreseen = data === undefined ? [] : foresee(now, data);
  return (
    <div className={classes["preview"]}>
      <p className={classes["change"]} aria-live="polite">
        {data === undefined
          ? "Asking the digester…"
          : foreseen.length === 0
            ? "Nobody waits, so there is nothing to put in order."
            : (changeWords(foreseen) ?? "The order would stay as it is.")}
      </p>
      {foreseen.length > 0 && (
        <ol className={classes["lines"]} aria-label="The line that there would be">
          {foreseen.slice(0, mostShown).map((job) => (
            <li key={job.job} className={classes["line"]}>
              <span className={classes["place"]}>{job.position ?? "▸"}</span>
              <Move moved={job.moved} />
              <Link href={`/jobs/${job.job}`} className={classes["key"] ?? ""} title={job.key}>
                {job.key}
              </Link>
              <span className={classes["reason"]}>{job.reason}</span>
            </li>
          ))}
        </ol>
      )}
      {foreseen.length > mostShown && (
        <p className={classes["hint"]}>
          …and {formatPlural(foreseen.length - mostShown, "more", "more")} behind them.
        </p>
      )}
    </div>
  );
}

function Move({ moved }: Pick<ForeseenJob, "moved">) {
  if (moved === null || moved === 0) return <span className={classes["move"]} />;
  const [mark, word] = moved > 0 ? ["↑", "earlier by"] : ["↓", "later by"];
  return (
    <span className={classes["move"]} data-way={moved > 0 ? "up" : "down"}>
      <span aria-hidden>{mark}</span>
      <VisuallyHidden>{word} </VisuallyHidden>
      {Math.abs(moved)}
    </span>
  );
}
