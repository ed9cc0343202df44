import { IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import type { Job } from "../../../../services/contract/job.ts";
import type { DigestTable } from "../../../../services/contract/result.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { formatCount } from "../../format/numbers.ts";
import { FilePreview } from "./files/file-preview.tsx";
import { OpenFolder } from "./open-folder.tsx";
import classes from "./result-view.module.css";

/** The files that were made. */
export function ResultTables({ job, tables }: { job: Job; tables: readonly DigestTable[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  if (tables.length === 0) return null;
  return (
    <section aria-label="Tables" className={classes["wide"]}>
      <h2 className={classes["heading"]}>Tables</h2>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th>Table</th>
            <th className={classes["number"]}>Rows</th>
            <th className={classes["number"]}>Columns</th>
            <th>File</th>
          </tr>
        </thead>
        <tbody>
          {tables.map((table) => (
            <Fragment key={table.file}>
              <tr>
                <td className={classes["mono"]}>
                  <button
                    type="button"
                    className={classes["toggle"]}
                    aria-expanded={opened === table.file}
                    onClick={() => setOpened(opened === table.file ? null : table.file)}
                  >
                    <IconChevronRight size={14} aria-hidden />
                    {table.table}
                  </button>
                </td>
                <td className={classes["number"]}>{formatCount(table.rows)}</td>
                <td className={classes["number"]}>{formatCount(table.columns)}</td>
                <td>
                  <div className={classes["path"]}>
                    <span className={classes["mono"]}>{table.file}</span>
                    <CopyButton value={table.file} what={`the path of digest.${table.table}`} />
                    <OpenFolder path={table.file} />
                  </div>
                </td>
              </tr>
              {opened === table.file && (
                <tr>
                  <td colSpan={4} className={classes["preview"]}>
                    <FilePreview job={job.id} attempt={job.attempt} table={table} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}
