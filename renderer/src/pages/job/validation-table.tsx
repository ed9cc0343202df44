import type { TableValidation } from "../../../../services/contract/result.ts";
import { failureWords } from "../../../../services/contract/validation-words.ts";
import { StatusIcon } from "../../components/status-mark.tsx";
import classes from "./result-view.module.css";

/** Each table's file against the rules of its table. */
export function ValidationTable({ validation }: { validation: readonly TableValidation[] }) {
  if (validation.length === 0) return null;
  const hasFailures = validation.some((one) => one.failures.length > 0);
  return (
    <section aria-label="Validation" className={classes["wide"]}>
      <h2 className={classes["heading"]}>Validation</h2>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th>Table</th>
            <th>Outcome</th>
            {hasFailures && <th>What failed</th>}
          </tr>
        </thead>
        <tbody>
          {validation.map((one) => (
            <tr key={one.fileName}>
              <td className={classes["mono"]}>{one.fileName}</td>
              <td>
                <span className={classes["outcome"]}>
                  <StatusIcon standing={one.status === "PASSED" ? "completed" : "failed"} />
                  {one.status === "PASSED" ? "Passed" : "Failed"}
                </span>
              </td>
              {hasFailures && <Failures of={one} />}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Failures({ of: { fileName, failures } }: { of: TableValidation }) {
  return (
    <td>
      {failures.map((failure, index) => (
        <div key={index}>
          {failureWords(fileName, failure)}
          <div className={classes["said"]}>
            In GOBii’s words: {failure.reason}
            {failure.columnName.length > 0 && ` in ${failure.columnName.join(", ")}`}
            {failure.values.length > 0 && `: ${failure.values.join(", ")}`}
          </div>
        </div>
      ))}
    </td>
  );
}
