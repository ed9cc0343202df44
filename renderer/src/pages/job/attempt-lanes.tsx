import { Button, Tooltip } from "@mantine/core";
import { useState } from "react";
import type { JobStep } from "../../../../services/contract/job.ts";
import { useNow } from "../../components/clock.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import { formatPlural } from "../../format/numbers.ts";
import { formatDuration } from "../../format/time.ts";
import { eventWords, stepWords, type Standing } from "../../format/words.ts";
import type { Attempt, AttemptEnd } from "./attempts.ts";
import classes from "./attempt-lanes.module.css";

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

/** Every attempt as a lane of its steps, each lane in the scale of its own time. */
export function AttemptLanes({ attempts }: { attempts: readonly Attempt[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? attempts : attempts.slice(-shownAtFirst);
  const hidden = attempts.length - shown.length;
  if (attempts.length === 0) return null;
  return (
    <section aria-label="Attempts" className={classes["lanes"]}>
      {hidden > 0 && (
        <Button variant="subtle" size="compact-xs" onClick={() => setAll(true)}>
          Show {formatPlural(hidden, "earlier attempt")}
        </Button>
      )}
      {shown.map((attempt) => (
        <Lane key={attempt.number} attempt={attempt} />
      ))}
    </section>
  );
}

/** Between the claim and the first step an attempt is not waiting any more. */
function wordOf(step: JobStep): string {
  return step === "submitted" ? "Starting" : stepWords[step];
}

function Lane({ attempt }: { attempt: Attempt }) {
  const now = useNow();
  const end = Math.max(attempt.to ?? now, attempt.from + 1);
  const share = (at: number): string => `${((at - attempt.from) / (end - attempt.from)) * 100}%`;
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
              style={{ flexGrow: Math.max(1, (step.to ?? end) - step.from) }}
            >
              <span className={classes["word"]}>{wordOf(step.step)}</span>
            </span>
          </Tooltip>
        ))}
        {attempt.callbacks.map((event) => (
          <span
            key={event.seq}
            className={classes["tick"]}
            style={{ left: share(Date.parse(event.at)) }}
            title={event.message ?? eventWords[event.type]}
          />
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
