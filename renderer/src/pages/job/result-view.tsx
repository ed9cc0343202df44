import { Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import type { Job } from "../../../../services/contract/job.ts";
import type { MatrixSummary } from "../../../../services/contract/result.ts";
import { Notice } from "../../components/notice.tsx";
import { useByteUnits } from "../../components/units.ts";
import { formatBytes, formatCount, formatPlural, formatShare } from "../../format/numbers.ts";
import { formatDuration } from "../../format/time.ts";
import { ProblemList } from "./problem-list.tsx";
import { ResultOutputs } from "./result-outputs.tsx";
import { ResultTables } from "./result-tables.tsx";
import { ValidationTable } from "./validation-table.tsx";
import classes from "./result-view.module.css";

/** What a digest left behind, or why there is nothing. */
export function ResultView({ job }: { job: Job }) {
  const { result } = job;
  const [units] = useByteUnits();
  if (result === null) return <NoResult job={job} />;
  return (
    <div className={classes["result"]}>
      {result.matrix !== null && <Matrix matrix={result.matrix} />}
      <ProblemList
        title="Errors"
        kind="error"
        job={job}
        problems={result.errors}
        count={Math.max(result.errorCount, result.errors.length)}
      />
      <ResultTables job={job} tables={result.tables} />
      {result.outputs !== undefined && <ResultOutputs job={job} outputs={result.outputs} />}
      <ValidationTable validation={result.validation} />
      <ProblemList
        title="Warnings"
        kind="warning"
        job={job}
        problems={result.warnings}
        count={result.warnings.length}
      />
      <Text size="xs" c="dimmed" className="numbers">
        Read {formatBytes(result.bytesRead, units)} in {formatDuration(result.durationMs)}.
      </Text>
    </div>
  );
}

function Matrix({ matrix }: { matrix: MatrixSummary }) {
  const calls = matrix.markers * matrix.samples;
  const known = calls - matrix.missing;
  return (
    <section aria-label="Matrix" className={classes["matrix"]}>
      <p className={classes["size"]}>
        <b>{formatPlural(matrix.markers, "marker")}</b> ×{" "}
        <b>{formatPlural(matrix.samples, "sample")}</b>
      </p>
      <p className={classes["calls"]}>
        {formatPlural(calls, "call")}
        {calls > 0 &&
          `, ${formatShare(matrix.missing / calls)} missing (${formatCount(matrix.missing)})`}
        {known > 0 && `, ${formatShare(matrix.heterozygous / known)} of the rest heterozygous`}
        {" · "}
        <span className="mono">{matrix.dataSetType}</span>
      </p>
    </section>
  );
}

function NoResult({ job }: { job: Job }) {
  const title =
    job.status === "submitted" || job.status === "in_progress"
      ? "No result yet"
      : "This job left no result";
  return (
    <Notice icon={IconHourglass} title={title}>
      <Text size="sm" c="dimmed">
        The tables that a digest makes, with their rows, their checks and all that was wrong with
        the input, stand here once it has ended.
      </Text>
    </Notice>
  );
}
