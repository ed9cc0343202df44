import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { coerceError } from "../../../../../services/contract/errors.ts";
import type { Job } from "../../../../../services/contract/job.ts";
import { linesQuery } from "../../../api/job-files.ts";
import { formatCount, formatPlural } from "../../../format/numbers.ts";
import classes from "./file-preview.module.css";

interface FilePreviewProps {
  readonly job: Job;
  readonly file: string;
  /** What people call it. */
  readonly name: string;
  /** Of the whole file, its line of names not counted. */
  readonly rows: number;
  readonly columns: number;
  /** It may have no line of names. */
  readonly isBare?: boolean;
  /** Lines at the beginning that start with this are not shown. */
  readonly skip?: string;
}

const previewRows = 12;
const previewColumns = 24;

/** The first rows of a text file that a job made, as a grid. */
export function FilePreview({
  job,
  file,
  name: title,
  rows: allRows,
  columns,
  isBare = false,
  skip,
}: FilePreviewProps) {
  const { data, error, isError } = useQuery(
    linesQuery(job.id, job.attempt, {
      file,
      from: 1,
      count: previewRows + 1,
      width: 4000,
      ...(skip === undefined ? {} : { skip }),
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
  const hasNames = allRows === 0 || data.lines.length > allRows || !isBare;
  const grid = data.lines.map(({ text, after }) => {
    const cells = text.split("\t");
    return (after > 0 ? cells.slice(0, -1) : cells).slice(0, previewColumns);
  });
  const names = hasNames ? grid[0] : undefined;
  const rows = hasNames ? grid.slice(1) : grid;
  const left = Math.max(0, columns - Math.max(...grid.map((cells) => cells.length), 0));
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <section className={classes["grid"]} tabIndex={0} aria-label={`First rows of ${title}`}>
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
          ? `The first ${formatCount(rows.length)} of ${formatPlural(allRows, "row")}`
          : `All ${formatPlural(rows.length, "row")}`}
        {left > 0 && `; ${formatPlural(left, "more column")} to the right`}
      </Text>
    </>
  );
}
