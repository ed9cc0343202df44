import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { FileLine } from "../../../../../services/contract/file-lines.ts";
import { coerceError } from "../../../../../services/contract/errors.ts";
import type { DigestProblem } from "../../../../../services/contract/result.ts";
import { linesQuery } from "../../../api/job-files.ts";
import { formatCount } from "../../../format/numbers.ts";
import classes from "./source-lines.module.css";

interface SourceLinesProps {
  readonly job: number;
  readonly attempt: number;
  readonly problem: DigestProblem & { readonly file: string; readonly line: number };
}

/** Lines before and after the one at fault. */
const around = 2;

/** What stands in the file where something is wrong with it, the cell at fault marked. */
export function SourceLines({ job, attempt, problem }: SourceLinesProps) {
  const from = Math.max(1, problem.line - around);
  const { data, error, isError } = useQuery(
    linesQuery(job, attempt, {
      file: problem.file,
      from,
      count: problem.line + around - from + 1,
      width: 160,
      ...(problem.column === null || problem.column < 1 ? {} : { cell: problem.column }),
    }),
  );
  if (isError) {
    return (
      <p className={classes["absent"]}>The lines cannot be shown: {coerceError(error).message}</p>
    );
  }
  if (data === undefined) return <Skeleton height={84} animate={false} />;
  return (
    // Scrolled by keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes["lines"]} tabIndex={0} aria-label={`Lines of ${problem.file}`}>
      <table>
        <tbody>
          {data.lines.map((line) => (
            <tr key={line.number} data-fault={line.number === problem.line}>
              <th scope="row">{formatCount(line.number)}</th>
              <td>
                <LineText line={line} isFault={line.number === problem.line} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function LineText({ line, isFault }: { line: FileLine; isFault: boolean }) {
  const { text, cell, before, after } = line;
  const marked = isFault ? cell : null;
  return (
    <>
      {before > 0 && <span className={classes["cut"]}>…</span>}
      {marked === null ? (
        shown(text)
      ) : (
        <>
          {shown(text.slice(0, marked.from))}
          <mark>{shown(text.slice(marked.from, marked.to)) || "(empty)"}</mark>
          {shown(text.slice(marked.to))}
        </>
      )}
      {after > 0 && <span className={classes["cut"]}>…</span>}
    </>
  );
}

/** Tabs are seen. */
function shown(text: string): string {
  return text.replaceAll("\t", " → ");
}
