import type { Load } from "../../../../services/contract/load.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import type { Reading } from "./instruction-text.ts";
import classes from "./instruction-summary.module.css";

/** Problems beyond these are counted only; the editor marks all. */
const shownProblems = 8;

/** What the instruction would make, or what is wrong with it. */
export function InstructionSummary({ reading }: { reading: Reading }) {
  return (
    <section aria-label="What it makes" aria-live="polite" className={classes["summary"]}>
      {reading.kind === "empty" && (
        <p className={classes["muted"]}>
          What the instruction would make stands here as soon as there is one: tables, columns,
          where the cells come from and where the files go.
        </p>
      )}
      {reading.kind === "wrong" && <Problems problems={reading.problems} />}
      {reading.kind === "right" && <Made load={reading.load} />}
    </section>
  );
}

function Problems({ problems }: { problems: Extract<Reading, { kind: "wrong" }>["problems"] }) {
  return (
    <>
      <h2 className={classes["heading"]}>{formatPlural(problems.length, "problem")}</h2>
      <ul className={classes["problems"]}>
        {problems.slice(0, shownProblems).map((problem, index) => (
          <li key={index}>
            <span className={classes["line"]}>Line {formatCount(problem.line)}</span>{" "}
            {problem.message}
          </li>
        ))}
      </ul>
      {problems.length > shownProblems && (
        <p className={classes["muted"]}>
          …and {formatCount(problems.length - shownProblems)} more.
        </p>
      )}
    </>
  );
}

function Made({ load }: { load: Load }) {
  const places = new Set(load.tables.map((table) => `${table.source}\n${table.destination}`));
  const hasMatrix = load.tables.some((table) => table.table === "matrix");
  return (
    <>
      <h2 className={classes["heading"]}>Makes {formatPlural(load.tables.length, "table")}</h2>
      <ul className={classes["tables"]}>
        {load.tables.map((table, index) => (
          <li key={index}>
            <details>
              <summary>
                <span className={classes["mono"]}>{table.table || "(no name)"}</span>
                <span className={classes["muted"]}>
                  {formatPlural(table.columns.length, "column")}
                </span>
              </summary>
              <p className={classes["columns"]}>
                {table.columns.map((column) => column.name || "(joined)").join(", ")}
              </p>
            </details>
          </li>
        ))}
      </ul>
      {hasMatrix && (
        <p className={classes["muted"]}>
          Matrix of <span className={classes["mono"]}>{load.dataSetType}</span>
        </p>
      )}
      {[...places].map((place) => {
        const [source = "", destination = ""] = place.split("\n");
        return (
          <dl key={place} className={classes["places"]}>
            <dt>Reads</dt>
            <dd>{source || "nothing: no source is named"}</dd>
            <dt>Writes to</dt>
            <dd>{destination || "nowhere: no destination is named"}</dd>
          </dl>
        );
      })}
    </>
  );
}
