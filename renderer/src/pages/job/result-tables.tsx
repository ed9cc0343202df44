import { ActionIcon, Tooltip } from "@mantine/core";
import { IconFolderOpen } from "@tabler/icons-react";
import type { DigestTable } from "../../../../services/contract/result.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { tellError } from "../../components/tell.ts";
import { desktop } from "../../desktop.ts";
import { formatCount } from "../../format/numbers.ts";
import classes from "./result-view.module.css";

/** The files that were made. */
export function ResultTables({ tables }: { tables: readonly DigestTable[] }) {
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
            <tr key={table.file}>
              <td className={classes["mono"]}>{table.table}</td>
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
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Only the desktop can show a folder. */
function OpenFolder({ path }: { path: string }) {
  const shell = desktop();
  if (shell === undefined) return null;
  const open = (): void => {
    shell
      .openPath({ path })
      .catch((thrown: unknown) => tellError("The folder could not be opened", thrown));
  };
  return (
    <Tooltip label="Open folder">
      <ActionIcon variant="subtle" color="gray" size="sm" onClick={open} aria-label="Open folder">
        <IconFolderOpen size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
