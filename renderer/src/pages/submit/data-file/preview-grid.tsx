import { Button } from "@mantine/core";
import { useState } from "react";
import type {
  ColumnRole,
  Layout,
  PreviewGrid as Grid,
} from "../../../../../services/contract/preview.ts";
import type { Mapping } from "../../../../../services/contract/saved-template.ts";
import { formatCount } from "../../../format/numbers.ts";
import { withColumnRole, withRowRole } from "./mapping.ts";
import { ScrollBox } from "../../../components/scroll-box.tsx";
import { RoleMenu } from "./role-menu.tsx";
import { roleNames } from "./names.ts";
import classes from "./preview-grid.module.css";

interface PreviewGridProps {
  readonly grid: Grid;
  /** As the person sees it. */
  readonly layout: Layout;
  readonly mapping: Mapping;
  readonly onMapping: (mapping: Mapping) => void;
}

/** The first rows as cells. The heads of rows and columns say what they mean, a cell where the calls begin. */
export function PreviewGrid({ grid, layout, mapping, onMapping }: PreviewGridProps) {
  const { firstRow, firstColumn } = layout;
  const [picked, setPicked] = useState<Mapping["corner"]>(null);
  const shown = Math.max(0, ...grid.rows.map((row) => row.length));
  const rows = grid.rows.map((cells, at) => ({ cells, row: grid.firstRow + at }));
  const columns = Array.from({ length: shown }, (_, column) => column);
  const roleOfColumn = (column: number): ColumnRole | null =>
    layout.columns.find((item) => item.column === column)?.role ?? null;
  const roleOfRow = (row: number): ColumnRole | null =>
    layout.rows.find((item) => item.row === row)?.role ?? null;

  function begin(corner: Mapping["corner"]): void {
    onMapping({ ...mapping, corner });
    setPicked(null);
  }

  function kindOf(row: number, column: number): string {
    if (row < firstRow) return roleOfRow(row) === null ? "head" : "said";
    if (firstColumn !== null && column >= firstColumn) return "call";
    return roleOfColumn(column) === null ? "plain" : "said";
  }

  return (
    <section aria-label="The first rows" className={classes["section"]}>
      <div className={classes["bar"]}>
        <p className={classes["lead"]}>
          {picked === null
            ? "Choose the head of a column or row to say what it means, or a cell to say where the calls begin."
            : `Row ${picked.row + 1}, column ${picked.column + 1}.`}
        </p>
        {picked !== null && (
          <Button size="compact-sm" onClick={() => begin(picked)}>
            The calls begin here
          </Button>
        )}
        {mapping.corner !== null && (
          <Button size="compact-sm" variant="default" onClick={() => begin(null)}>
            They begin where it was found
          </Button>
        )}
      </div>
      <ScrollBox label="Cells of the file" maxHeight={380}>
        <table className={classes["grid"]}>
          <thead>
            <tr>
              <th className={classes["corner"]}>
                <span className={classes["fixed"]}>Row</span>
              </th>
              {columns.map((column) => {
                const isCall = firstColumn !== null && column >= firstColumn;
                return (
                  <th key={column} scope="col" data-said={roleOfColumn(column) !== null || isCall}>
                    {isCall ? (
                      <span className={classes["fixed"]}>Calls</span>
                    ) : (
                      <RoleMenu
                        label={`Column ${column + 1}`}
                        role={roleOfColumn(column)}
                        onRole={(role) => onMapping(withColumnRole(mapping, layout, column, role))}
                        onBegin={() => begin({ row: firstRow, column })}
                      />
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ cells, row }) => (
              <tr key={row}>
                <th scope="row" data-said={roleOfRow(row) !== null}>
                  {row < firstRow ? (
                    <RoleMenu
                      label={`Row ${row + 1}`}
                      role={roleOfRow(row)}
                      onRole={(role) => onMapping(withRowRole(mapping, layout, row, role))}
                      onBegin={
                        firstColumn === null ? null : () => begin({ row, column: firstColumn })
                      }
                    />
                  ) : (
                    <span className={classes["fixed"]}>{row + 1}</span>
                  )}
                </th>
                {columns.map((column) => (
                  <td key={column} data-kind={kindOf(row, column)}>
                    <button
                      type="button"
                      tabIndex={-1}
                      className={classes["cell"]}
                      data-picked={picked?.row === row && picked.column === column}
                      onClick={() => setPicked({ row, column })}
                    >
                      {cells[column] ?? ""}
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p className={classes["lead"]}>
        {formatCount(grid.rows.length)} rows and {formatCount(shown)} of{" "}
        {formatCount(grid.columnsTotal)} columns.
        {firstColumn === null
          ? " No calls were found."
          : ` The calls begin in row ${firstRow + 1}, column ${firstColumn + 1}.`}{" "}
        {layout.columns
          .map(({ column, role }) => `Column ${column + 1}: ${roleNames[role]}.`)
          .join(" ")}
      </p>
    </section>
  );
}
