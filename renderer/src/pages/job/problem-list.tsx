import { Button } from "@mantine/core";
import { useState } from "react";
import type { Job } from "../../../../services/contract/job.ts";
import { plainWords } from "../../../../services/contract/problem-words.ts";
import type { DigestProblem } from "../../../../services/contract/result.ts";
import { formatCount } from "../../format/numbers.ts";
import { SourceLines } from "./files/source-lines.tsx";
import { placeOf } from "../../format/problem-place.ts";
import classes from "./result-view.module.css";

interface ProblemListProps {
  readonly title: string;
  readonly kind: "error" | "warning";
  readonly job: Job;
  readonly problems: readonly DigestProblem[];
  /** How many there are, named here or not. */
  readonly count: number;
}

/** The lines of so many errors are shown at once; those of the others when they are wanted. */
const openAtFirst = 3;

/** What is wrong with the input: where, and what was expected. */
export function ProblemList({ title, kind, job, problems, count }: ProblemListProps) {
  if (problems.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={classes["heading"]}>
        {title} <span className={classes["place"]}>{formatCount(count)}</span>
      </h2>
      <ul className={classes["problems"]} data-kind={kind}>
        {problems.map((problem, index) => (
          <li key={index}>
            <span>{plainWords(problem)}</span>
            <span className={`${classes["place"]} ${classes["mono"]}`}>{placeOf(problem)}</span>
            <Lines job={job} problem={problem} isOpen={kind === "error" && index < openAtFirst} />
            {problem.plain !== undefined && (
              <span className={classes["said"]}>In GOBii’s words: {problem.message}</span>
            )}
          </li>
        ))}
      </ul>
      {count > problems.length && (
        <p className={classes["more"]}>
          …and {formatCount(count - problems.length)} more of the same kinds.
        </p>
      )}
    </section>
  );
}

interface LinesProps {
  readonly job: Job;
  readonly problem: DigestProblem;
  readonly isOpen: boolean;
}

function Lines({ job, problem, isOpen }: LinesProps) {
  const [shown, setShown] = useState(isOpen);
  const { file, line } = problem;
  if (file === null || line === null) return null;
  if (shown) {
    return <SourceLines job={job.id} attempt={job.attempt} problem={{ ...problem, file, line }} />;
  }
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      className={classes["show"] ?? ""}
      onClick={() => setShown(true)}
    >
      Show the lines
    </Button>
  );
}
