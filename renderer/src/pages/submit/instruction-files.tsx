import { Button } from "@mantine/core";
import { Link } from "wouter";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import type { BatchEntry, TextFile } from "./instruction-batch.ts";
import { SubmitOptionsForm } from "./submit-options-form.tsx";
import { useBatchSubmit, type Outcome } from "./use-batch-submit.ts";
import classes from "./instruction-files.module.css";

interface InstructionFilesProps {
  readonly entries: readonly BatchEntry[];
  readonly onOtherFiles: () => void;
  /** Shows one in the editor, to be mended. */
  readonly onOne: (file: TextFile) => void;
}

/** Several instructions, each checked, and submitted together: those that are right, one by one. */
export function InstructionFiles({ entries, onOtherFiles, onOne }: InstructionFilesProps) {
  const batch = useBatchSubmit(entries);
  const wrong = entries.filter(({ reading }) => reading.kind === "wrong").length;
  return (
    <div className={classes["batch"]}>
      <section aria-label="Instructions" className={classes["list"]}>
        <div className={classes["head"]}>
          <h2>{formatPlural(entries.length, "instruction")}</h2>
          {wrong > 0 && (
            <span className={classes["wrong"]}>
              {formatCount(wrong)} with problems, which will not be submitted
            </span>
          )}
          <Button variant="subtle" size="compact-xs" onClick={onOtherFiles}>
            Other files
          </Button>
        </div>
        <table className={classes["table"]}>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Makes</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, index) => (
              <tr key={index}>
                <td className={classes["name"]}>{entry.name}</td>
                <td>
                  <Makes entry={entry} onOne={onOne} />
                </td>
                <td>
                  <OutcomeCell entry={entry} outcome={batch.outcomes.get(entry)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <form
        className={classes["side"]}
        onSubmit={(event) => {
          event.preventDefault();
          batch.submit();
        }}
      >
        <SubmitOptionsForm options={batch.options} onChange={batch.setOptions} isForMany />
        <Button type="submit" size="sm" loading={batch.isPending} disabled={batch.open === 0}>
          {batch.options.hold ? "Submit and hold " : "Submit "}
          {formatPlural(batch.open, "load")}
        </Button>
        {batch.outcomes.size > 0 && !batch.isPending && (
          <Link href="/jobs">See them in the list</Link>
        )}
      </form>
    </div>
  );
}

function Makes({
  entry: { file, reading },
  onOne,
}: Pick<InstructionFilesProps, "onOne"> & { readonly entry: BatchEntry }) {
  if (reading.kind === "right") {
    return <span className={classes["tables"]}>{tableNames(reading.load.tables)}</span>;
  }
  const [first] = reading.problems;
  const others = reading.problems.length - 1;
  return (
    <span className={classes["problem"]}>
      Line {formatCount(first?.line ?? 1)}: {first?.message}
      {others > 0 && ` And ${formatPlural(others, "other problem")}.`}{" "}
      {file !== null && (
        <Button variant="subtle" size="compact-xs" onClick={() => onOne(file)}>
          Mend it
        </Button>
      )}
    </span>
  );
}

function tableNames(tables: readonly { readonly table: string }[]): string {
  return [...new Set(tables.map(({ table }) => table))].join(", ");
}

function OutcomeCell({ entry, outcome }: { entry: BatchEntry; outcome: Outcome | undefined }) {
  if (outcome === undefined) {
    return (
      <span className={classes["quiet"]}>{entry.reading.kind === "right" ? "ready" : "–"}</span>
    );
  }
  switch (outcome.kind) {
    case "sending":
      return <span className={classes["quiet"]}>is sent…</span>;
    case "kept":
      return <Link href={`/jobs/${outcome.job}`}>{outcome.key}</Link>;
    case "refused":
      return (
        <span className={classes["problem"]} role="alert">
          {outcome.message}
        </span>
      );
  }
}
