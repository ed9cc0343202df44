import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { coerceError } from "../../../../../services/contract/errors.ts";
import type { DigestTable } from "../../../../../services/contract/result.ts";
import { linesQuery } from "../../../api/job-files.ts";
import { formatCount, formatPlural } from "../../../format/numbers.ts";
import classes from "./file-preview.module.css";

interface FilePreviewProps {
  readonly job: number;
  readonly attempt: number;
  readonly table: DigestTable;
}

const previewRows = 12;
const previewColumns = 24;

/** The first rows of a digest file as a grid. */
export function FilePreview({ job, attempt, table }: FilePreviewProps) {
  const { data, error, isError } = useQuery(
    linesQuery(job, attempt, {
      file: table.file,
      from: 1,
      count: previewRows + 1,
      width: 4000,
    }),
  );
  if (isError) {
    return (
      <Text size="sm" c="dimmed" py={8}>
        The file cannot be shown: {coerceError(error).message}
      </Text>
    );
  }
  if (data === undefined) return <Skeleton height={180} animate={false} my={8} />;
  // A matrix has no line of names.
  const hasNames = table.rows === 0 || data.lines.length > table.rows || table.table !== "matrix";
  const grid = data.lines.map(({ text, after }) => {
    const cells = text.split("\t");
    return (after > 0 ? cells.slice(0, -1) : cells).slice(0, previewColumns);
  });
  const names = hasNames ? grid[0] : undefined;
  const rows = hasNames ? grid.slice(1) : grid;
  const left = Math.max(0, table.columns - Math.max(...grid.map((cells) => cells.length), 0));
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <section className={classes["grid"]} tabIndex={0} aria-label={`First rows of ${table.table}`}>
        <table>
          {names !== undefined && (
            <thead>
              <tr>
                {names.map((name, index) => (
                  <th key={index} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {rows.map((cells, index) => (
              <tr key={index}>
                {cells.map((cell, place) => (
                  <td key={place}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Text size="xs" c="dimmed" className="numbers" mt={4} mb={8}>
        {data.more
          ? `The first ${formatCount(rows.length)} of ${formatPlural(table.rows, "row")}`
          : `All ${formatPlural(rows.length, "row")}`}
        {left > 0 && `; ${formatPlural(left, "more column")} to the right`}
      </Text>
    </>
  );
}
