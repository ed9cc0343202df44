import type { ColumnRule, Load, TableRule } from "../../contract/load.ts";

export type Tables = Readonly<Record<string, readonly ColumnRule[]>>;

/** A load of tables from `input` to `output`, both relative. */
export function makeLoad(
  tables: Tables,
  more: Partial<Load> = {},
  file: Partial<TableRule> = {},
): Load {
  const nobody = { id: null, name: null };
  return {
    crop: null,
    payloadType: null,
    contactId: null,
    contactEmail: null,
    qcCheck: false,
    project: nobody,
    platform: nobody,
    experiment: nobody,
    mapset: nobody,
    dataset: { id: 7, name: null },
    dataSetType: "NUCLEOTIDE_2_LETTER",
    orientation: "MARKER_FAST",
    tables: Object.entries(tables).map(([table, columns]) => ({
      table,
      source: "input",
      destination: "output",
      delimiter: "\\t",
      fileType: "GENERIC",
      columns,
      ...file,
    })),
    ...more,
  };
}
