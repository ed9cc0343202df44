import { Button, Tooltip } from "@mantine/core";
import { useState } from "react";
import type { Event } from "../../../../../services/contract/event.ts";
import type { Job, JobStep } from "../../../../../services/contract/job.ts";
import { useNow } from "../../../components/clock.ts";
import { StatusIcon } from "../../../components/status-mark.tsx";
import { formatPlural } from "../../../format/numbers.ts";
import { formatDuration } from "../../../format/time.ts";
import { eventWords, stepWords, type Standing } from "../../../format/words.ts";
import type { Attempt, AttemptEnd } from "../attempts.ts";
import { timeScale, type TimeScale } from "./time-scale.ts";
import classes from "./timeline.module.css";

const endWords: Record<AttemptEnd, string> = {
  completed: "completed",
  failed: "failed",
  aborted: "aborted",
  lost: "digester lost",
  handed_back: "handed back",
};

const endMarks: Record<AttemptEnd, Standing> = {
  completed: "completed",
  failed: "failed",
  aborted: "aborted",
  lost: "failed",
  handed_back: "held",
};

/** Lanes beyond these are folded away. */
const shownAtFirst = 4;

interface TimelineProps {
  readonly job: Pick<Job, "submittedAt" | "settledAt">;
  readonly attempts: readonly Attempt[];
  readonly events: readonly Event[];
}

/** Every attempt as a lane of its steps, on one line of time across nodes, with each callback where it came. */
export function Timeline({ job, attempts, events }: TimelineProps) {
  const [all, setAll] = useState(false);
  const now = useNow();
  if (attempts.length === 0) return null;
  const shown = all ? attempts : attempts.slice(-shownAtFirst);
  const hidden = attempts.length - shown.length;
  const ends = attempts.map((attempt) => attempt.to ?? now);
  const late = events.filter((event) => event.type === "refused").map(({ at }) => Date.parse(at));
  const first = hidden === 0 ? Date.parse(job.submittedAt) : (shown[0]?.from ?? now);
  const whole = { from: first, to: Math.max(...ends, ...late, first + 1) };
  const work = shown.map(({ from, to }) => ({ from, to: Math.max(from + 1, to ?? now) }));
  const scale = timeScale(whole, work);
  const [waited] = work;
  return (
    <section aria-label="Attempts" className={classes["lanes"]}>
      {hidden > 0 && (
        <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
          Show {formatPlural(hidden, "earlier attempt")}
        </Button>
      )}
      {shown.map((attempt) => (
        <Lane
          key={attempt.number}
          attempt={attempt}
          scale={scale}
          refused={events.filter(
            (event) => event.type === "refused" && event.attempt === attempt.number,
          )}
        />
      ))}
      <p className={classes["legend"]}>
        {waited !== undefined &&
          hidden === 0 &&
          `Waited ${formatDuration(waited.from - whole.from)} at first. `}
        {scale.breaks.length > 0 &&
          `Drawn short: ${scale.breaks.map(({ from, to }) => formatDuration(to - from)).join(", ")} of waiting. `}
        {late.length > 0 && "✕ marks callbacks that came too late and were refused."}
      </p>
    </section>
  );
}

/** Between the claim and the first step an attempt is not waiting any more. */
function wordOf(step: JobStep): string {
  return step === "submitted" ? "Starting" : stepWords[step];
}

interface LaneProps {
  readonly attempt: Attempt;
  readonly scale: TimeScale;
  readonly refused: readonly Event[];
}

function Lane({ attempt, scale, refused }: LaneProps) {
  const now = useNow();
  const end = Math.max(attempt.to ?? now, attempt.from + 1);
  const percent = (at: number): string => `${scale.shareOf(at) * 100}%`;
  const width = (from: number, to: number): string =>
    `${(scale.shareOf(to) - scale.shareOf(from)) * 100}%`;
  return (
    <div className={classes["lane"]}>
      <span className={classes["name"]}>
        Attempt {attempt.number}
        <span className={classes["where"]}>{attempt.digester}</span>
      </span>
      <span className={classes["track"]}>
        {attempt.steps.map((step) => (
          <Tooltip
            key={`${step.step} ${step.from}`}
            label={`${wordOf(step.step)}, ${formatDuration((step.to ?? end) - step.from)}`}
          >
            <span
              className={classes["segment"]}
              data-step={step.step}
              style={{ left: percent(step.from), width: width(step.from, step.to ?? end) }}
            >
              <span className={classes["word"]}>{wordOf(step.step)}</span>
            </span>
          </Tooltip>
        ))}
        {attempt.callbacks.map((event) => (
          <span
            key={event.seq}
            className={classes["tick"]}
            style={{ left: percent(Date.parse(event.at)) }}
            title={event.message ?? eventWords[event.type]}
          />
        ))}
        {refused.map((event) => (
          <span
            key={event.seq}
            className={classes["late"]}
            style={{ left: percent(Date.parse(event.at)) }}
            title={event.message ?? eventWords[event.type]}
          >
            ✕
          </span>
        ))}
      </span>
      <span className={classes["end"]}>
        {attempt.end === null ? (
          <StatusIcon standing="in_progress" />
        ) : (
          <StatusIcon standing={endMarks[attempt.end]} />
        )}
        <span>
          {attempt.end === null ? "running" : endWords[attempt.end]},{" "}
          {formatDuration(end - attempt.from)}
          {attempt.refused > 0 && (
            <span className={classes["refused"]}>
              , {formatPlural(attempt.refused, "refused callback")}
            </span>
          )}
        </span>
      </span>
    </div>
  );
}
