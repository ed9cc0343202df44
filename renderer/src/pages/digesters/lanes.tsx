import { SegmentedControl, Tooltip, type SegmentedControlProps } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import type { Event } from "../../../../services/contract/event.ts";
import { TableToggle } from "../../components/chart/table-toggle.tsx";
import { useTimeText } from "../../components/clock.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import { TimeOfDay } from "../../components/times.tsx";
import { useKept } from "../../components/use-kept.ts";
import { formatDuration } from "../../format/time.ts";
import { stepWords } from "../../format/words.ts";
import { taskLanes, type LaneBlock } from "./task-lanes.ts";
import classes from "./lanes.module.css";

const spans: SegmentedControlProps<"5" | "30" | "180">["data"] = [
  { value: "5", label: "5 min" },
  { value: "30", label: "30 min" },
  { value: "180", label: "3 h" },
];
/** The picture moves on by so many steps in its whole width, so that a long span is redrawn seldom. */
const stepsPerSpan = 300;

interface LanesProps {
  readonly digester: AttachedDigester;
  /** In order; those that are at hand. */
  readonly events: readonly Event[];
}

/** What each worker did: a lane of attempts, each a row of steps, with marks where it was lost or done again. */
export function Lanes({ digester, events }: LanesProps) {
  const [minutes, setMinutes] = useKept("digester-lanes-minutes", ["30", "5", "180"]);
  const [asTable, setAsTable] = useState(false);
  const spanMs = Number(minutes) * 60_000;
  const stepMs = Math.max(1000, spanMs / stepsPerSpan);
  const to = Number(useTimeText((now) => String(Math.ceil(now / stepMs) * stepMs)));
  const from = to - spanMs;
  const workers = digester.status?.workers ?? 0;
  const lanes = useMemo(
    () => taskLanes(events, digester.id, workers, from),
    [events, digester.id, workers, from],
  );
  const blocks = lanes.flat().toSorted((a, b) => b.attempt.from - a.attempt.from);
  return (
    <section className={classes["stream"]} aria-label={`What the workers of ${digester.id} did`}>
      <header className={classes["head"]}>
        <h3 className={classes["heading"]}>Workers over time</h3>
        <Legend />
        <SegmentedControl
          size="xs"
          aria-label={`How far back, ${digester.id}`}
          data={spans}
          value={minutes}
          onChange={setMinutes}
        />
        <TableToggle
          title={`Workers of ${digester.id} over time`}
          picture="lanes"
          asTable={asTable}
          onChange={setAsTable}
        />
      </header>
      {asTable ? (
        <AttemptTable blocks={blocks} />
      ) : (
        // The table says the same.
        <div className={classes["lanes"]} aria-hidden>
          {lanes.map((lane, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- a lane is its place
            <div key={index} className={classes["lane"]}>
              {lane.map((block) => (
                <Block
                  key={`${block.job} ${block.attempt.number}`}
                  block={block}
                  from={from}
                  to={to}
                />
              ))}
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

const stepsShown = ["validating", "transforming", "loading_metadata", "quality_control"] as const;

function Legend() {
  return (
    <ul className={classes["legend"]}>
      {stepsShown.map((step) => (
        <li key={step}>
          <span aria-hidden className={classes["sample"]} data-step={step} />
          {stepWords[step]}
        </li>
      ))}
      <li>
        <span aria-hidden className={classes["sample"]} data-end="failed" />
        Failed
      </li>
      <li>
        <span aria-hidden className={classes["sample"]} data-end="lost" />
        Lost
      </li>
      <li>
        <span aria-hidden className={classes["sample"]} data-again="true" />
        Again
      </li>
    </ul>
  );
}

function Block({ block, from, to }: { block: LaneBlock; from: number; to: number }) {
  const { attempt } = block;
  const begin = Math.max(attempt.from, from);
  const end = Math.min(attempt.to ?? to, to);
  const share = (ms: number): string => `${(ms / (to - from)) * 100}%`;
  return (
    <Tooltip label={labelOf(block, to)} multiline maw={320}>
      <Link
        href={`/jobs/${block.job}`}
        tabIndex={-1}
        className={classes["block"] ?? ""}
        data-end={attempt.end ?? "running"}
        data-again={block.isAgain}
        style={{ left: share(begin - from), width: share(end - begin) }}
      >
        {attempt.steps.map((step) => (
          <span
            key={`${step.step} ${step.from}`}
            data-step={step.step}
            style={{
              flexGrow: Math.max(0, Math.min(step.to ?? end, end) - Math.max(step.from, begin)),
            }}
          />
        ))}
      </Link>
    </Tooltip>
  );
}

const endWords = {
  completed: "completed",
  failed: "failed",
  aborted: "aborted",
  lost: "lost with its digester",
  handed_back: "handed back",
} as const;

function labelOf({ key, attempt }: LaneBlock, now: number): string {
  const took = formatDuration((attempt.to ?? now) - attempt.from);
  const last = attempt.steps.at(-1);
  const how =
    attempt.end === null
      ? last === undefined
        ? "running"
        : stepWords[last.step].toLowerCase()
      : endWords[attempt.end];
  return `${key}, attempt ${attempt.number}: ${how}, ${took}`;
}

function AttemptTable({ blocks }: { blocks: readonly LaneBlock[] }) {
  if (blocks.length === 0) return <p className={classes["none"]}>Nothing ran in this time.</p>;
  return (
    <table className={classes["table"]}>
      <thead>
        <tr>
          <th scope="col">Load</th>
          <th scope="col">Attempt</th>
          <th scope="col">Began</th>
          <th scope="col">Took</th>
          <th scope="col">End</th>
        </tr>
      </thead>
      <tbody>
        {blocks.map(({ job, key, attempt }) => (
          <tr key={`${job} ${attempt.number}`}>
            <td>
              <Link href={`/jobs/${job}`}>{key}</Link>
            </td>
            <td>{attempt.number}</td>
            <td>
              <TimeOfDay at={new Date(attempt.from).toISOString()} />
            </td>
            <td>{attempt.to === null ? "–" : formatDuration(attempt.to - attempt.from)}</td>
            <td>
              {attempt.end === null ? (
                "running"
              ) : (
                <span className={classes["end"]}>
                  <StatusIcon
                    standing={
                      attempt.end === "lost"
                        ? "failed"
                        : attempt.end === "handed_back"
                          ? "held"
                          : attempt.end
                    }
                    size={14}
                  />
                  {endWords[attempt.end]}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
