import { IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import type { Job } from "../../../../services/contract/job.ts";
import type { DigestTable } from "../../../../services/contract/result.ts";
import { formatCount } from "../../format/numbers.ts";
import { FilePreview } from "./files/file-preview.tsx";
import { MadeFilePath, MadeFileSize, MadeFilesTrouble } from "./files/made-file.tsx";
import classes from "./result-view.module.css";

/** The files that were made. */
export function ResultTables({ job, tables }: { job: Job; tables: readonly DigestTable[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  if (tables.length === 0) return null;
  return (
    <section aria-label="Tables" className={classes["wide"]}>
      <h2 className={classes["heading"]}>Tables</h2>
      <MadeFilesTrouble job={job} />
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th>Table</th>
            <th className={classes["number"]}>Rows</th>
            <th className={classes["number"]}>Columns</th>
            <th className={classes["number"]}>Size</th>
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
                <td className={classes["number"]}>
                  <MadeFileSize job={job} file={table.file} />
                </td>
                <td>
                  <MadeFilePath job={job} file={table.file} />
                </td>
              </tr>
              {opened === table.file && (
                <tr>
                  <td colSpan={5} className={classes["preview"]}>
                    <FilePreview
                      job={job}
                      file={table.file}
                      name={table.table}
                      rows={table.rows}
                      columns={table.columns}
                      isBare={table.table === "matrix"}
                    />
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
