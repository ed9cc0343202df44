import { Alert, Loader, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ListInstruction } from "../../../../../services/contract/instruction.ts";
import type { DryRun, DryRunTable } from "../../../../../services/contract/preview.ts";
import { dryRunQuery } from "../../../api/preview.ts";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { ScrollBox } from "../../../components/scroll-box.tsx";
import { placeOf } from "../../../format/problem-place.ts";
import { formatCount, formatPlural } from "../../../format/numbers.ts";
import { rulesOf } from "./column-rule.ts";
import type { Planned } from "./load-plan.ts";
import classes from "./dry-run-view.module.css";

/** Problems beyond these are counted only. */
const shownProblems = 8;

interface DryRunViewProps {
  readonly planned: Planned;
  readonly crop: string | null;
}

/** The first lines of each digest file, as they would be made. Nothing is written for it. */
export function DryRunView({ planned, crop }: DryRunViewProps) {
  if (planned.kind === "wrong") {
    return (
      <Alert color="var(--status-held)" variant="outline" title="No load yet" role="note">
        {planned.message} {planned.hint}
      </Alert>
    );
  }
  return <Asked instructions={planned.instructions} crop={crop} />;
}

function Asked(props: { instructions: readonly ListInstruction[]; crop: string | null }) {
  const { data, error, isError, isFetching, refetch } = useQuery({
    ...dryRunQuery(props.instructions, props.crop),
    // What was made of the mapping before stays until what is made of this one is there.
    placeholderData: (before: DryRun | undefined) => before,
  });
  return (
    <section aria-label="What it would make" className={classes["section"]} aria-busy={isFetching}>
      <h2 className={classes["heading"]}>
        What it would make {isFetching && <Loader size={13} aria-label="Looking" />}
      </h2>
      {isError && (
        <ErrorPanel what="It could not be tried out" error={error} onRetry={() => void refetch()} />
      )}
      {data !== undefined && <Made run={data} instructions={props.instructions} />}
    </section>
  );
}

function Made({ run, instructions }: { run: DryRun; instructions: readonly ListInstruction[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [first] = run.tables;
  const isThere = run.tables.some(({ table }) => table === chosen);
  return (
    <>
      <Problems run={run} />
      {first !== undefined && (
        <Tabs value={isThere ? chosen : first.table} onChange={setChosen}>
          <Tabs.List>
            {run.tables.map(({ table, rows }) => (
              <Tabs.Tab key={table} value={table}>
                <span className="mono">{table}</span>{" "}
                <span className={classes["muted"]}>{formatCount(rows)}</span>
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {run.tables.map((table) => (
            <Tabs.Panel key={table.table} value={table.table} pt="sm">
              <TableGrid
                table={table}
                instruction={instructions.find((one) => one.table === table.table)}
              />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
      <p className={classes["muted"]}>
        {run.complete
          ? "The whole file was read."
          : `The first ${formatCount(run.lines)} lines were read; the whole is checked when it is loaded.`}
      </p>
    </>
  );
}

function Problems({ run }: { run: DryRun }) {
  const { errors, errorCount, warnings } = run;
  return (
    <>
      {errorCount > 0 && (
        <Alert
          color="var(--status-failed)"
          variant="outline"
          title={`It would fail: ${formatPlural(errorCount, "error")}`}
          role="alert"
        >
          <ProblemList problems={errors} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert
          color="var(--status-held)"
          variant="outline"
          title={formatPlural(warnings.length, "warning")}
          role="note"
        >
          <ProblemList problems={warnings} />
        </Alert>
      )}
    </>
  );
}

function ProblemList({ problems }: { problems: DryRun["errors"] }) {
  return (
    <ul className={classes["problems"]}>
      {problems.slice(0, shownProblems).map((problem, index) => (
        <li key={index}>
          {problem.message} <span className={classes["place"]}>{placeOf(problem)}</span>
        </li>
      ))}
      {problems.length > shownProblems && (
        <li className={classes["muted"]}>
          …and {formatCount(problems.length - shownProblems)} more.
        </li>
      )}
    </ul>
  );
}

interface TableGridProps {
  readonly table: DryRunTable;
  readonly instruction: ListInstruction | undefined;
}

function TableGrid({ table, instruction }: TableGridProps) {
  const rules = instruction === undefined ? [] : rulesOf(instruction);
  const header = table.header ?? [];
  const ruleOf = (name: string): string => rules.find((rule) => rule.name === name)?.words ?? "";
  return (
    <>
      {table.header === null && <p className={classes["muted"]}>{rules[0]?.words}</p>}
      <ScrollBox label={`First rows of digest.${table.table}`} maxHeight={320}>
        <table className={classes["grid"]}>
          {table.header !== null && (
            <thead>
              <tr>
                {header.map((name) => (
                  <th key={name} scope="col">
                    {name}
                    <span className={classes["rule"]}>{ruleOf(name)}</span>
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {table.grid.rows.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}
