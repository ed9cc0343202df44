import type { DigestProblem } from "../../../../services/contract/result.ts";
import { formatCount } from "../../format/numbers.ts";
import { placeOf } from "./problem-place.ts";
import classes from "./result-view.module.css";

interface ProblemListProps {
  readonly title: string;
  readonly kind: "error" | "warning";
  readonly problems: readonly DigestProblem[];
  /** How many there are, named here or not. */
  readonly count: number;
}

/** What is wrong with the input: where, and what was expected. */
export function ProblemList({ title, kind, problems, count }: ProblemListProps) {
  if (problems.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2 className={classes["heading"]}>
        {title} <span className={classes["place"]}>{formatCount(count)}</span>
      </h2>
      <ul className={classes["problems"]} data-kind={kind}>
        {problems.map((problem, index) => (
          <li key={index}>
            <span>{problem.message}</span>
            <span className={`${classes["place"]} ${classes["mono"]}`}>{placeOf(problem)}</span>
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
