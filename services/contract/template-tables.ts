import type { ColumnType, DataSetType } from "./gobii-terms.ts";
import type { ColumnRole, Detection } from "./preview.ts";

/*
 * The tables of a template, each with what its columns are made of. The names of tables and columns are GOBii's.
 */

interface IdAndName {
  readonly id: number | null;
  readonly name?: string | null;
}

/** What no file can tell of the rows that are made. Tables that need an id which is null are left out where they can be. */
export interface TemplateIds {
  readonly project: IdAndName;
  readonly platform: IdAndName;
  readonly experiment: IdAndName;
  /** Without its id markers get no positions. */
  readonly mapset: IdAndName;
  readonly dataset: IdAndName;
}

interface Column {
  readonly gobiiColumnType: ColumnType;
  readonly name: string;
  readonly rCoord?: number;
  readonly cCoord?: number | null;
  readonly filterFrom?: string;
  readonly filterTo?: string;
  readonly findText?: string;
  readonly replaceText?: string;
  readonly constantValue?: string | null;
  readonly subcolumn?: boolean;
}

interface Table {
  readonly table: string;
  /** Null: the file does not say it. */
  readonly columns: readonly (Column | null)[];
}

/** The tables of each part of a load. */
export const tablesOfPart = {
  markers: markerTables,
  samples: sampleTables,
  dataset: datasetTables,
} satisfies Record<string, (detection: Detection, ids: TemplateIds) => Table[]>;

/** Status "new" of the cv table, which the loaderUI writes into each row. */
const NEW_STATUS = "57";

function constant(name: string, value: string | number | null): Column {
  return {
    gobiiColumnType: "CONSTANT",
    name,
    constantValue: value === null ? null : String(value),
  };
}

const counter = (name: string): Column => ({ gobiiColumnType: "AUTOINCREMENT", name });

/** Reads what the file says of its markers, or of its samples, whichever way round they stand. */
interface Axis {
  /** A column of a table; null where the file does not say it. */
  cell(name: string, roles: readonly ColumnRole[], more?: Partial<Column>): Column | null;
}

function axisOf({ layout, orientation }: Detection, of: "markers" | "samples"): Axis {
  const { firstRow, firstColumn } = layout;
  const isAcross =
    firstColumn !== null &&
    (orientation.value === "SAMPLE_FAST" ? of === "markers" : of === "samples");
  const place = (role: ColumnRole): { type: ColumnType; row: number; column: number } | null => {
    if (isAcross) {
      const row = layout.rows.find((item) => item.role === role)?.row;
      return row === undefined ? null : { type: "CSV_ROW", row, column: firstColumn };
    }
    const column = layout.columns.find((item) => item.role === role)?.column;
    return column === undefined ? null : { type: "CSV_COLUMN", row: firstRow, column };
  };
  return {
    cell(name, roles, more = {}) {
      for (const role of roles) {
        const found = place(role);
        if (found === null) continue;
        const { type, row, column } = found;
        return { gobiiColumnType: type, name, rCoord: row, cCoord: column, ...more };
      }
      return null;
    },
  };
}

/** The name of a marker; where it has none, its chromosome and position. */
function markerName(name: string, axis: Axis): (Column | null)[] {
  const own = axis.cell(name, ["marker"]);
  if (own !== null) return [own];
  return [
    axis.cell(name, ["chromosome"]),
    { ...constant("name_separator", "_"), subcolumn: true },
    axis.cell("name_position", ["position"], { subcolumn: true }),
  ];
}

function markerTables(detection: Detection, { platform, mapset }: TemplateIds): Table[] {
  const axis = axisOf(detection, "markers");
  const chromosome = axis.cell("linkage_group_name", ["chromosome"]);
  const start = axis.cell("start", ["position"]);
  const marker: Table = {
    table: "marker",
    columns: [
      constant("platform_id", platform.id),
      ...markerName("name", axis),
      // One of these says it: a column of its own, "C/T", or "19:C>T".
      axis.cell("ref", ["ref"]) ??
        axis.cell("ref", ["alleles"], { filterTo: "/" }) ??
        axis.cell("ref", ["snp"], { filterFrom: ":", filterTo: ">" }),
      axis.cell("alts", ["alt"]) ??
        axis.cell("alts", ["alleles"], { filterFrom: "/" }) ??
        axis.cell("alts", ["snp"], { filterFrom: ">" }),
      constant("status", NEW_STATUS),
    ],
  };
  if (chromosome === null || start === null || mapset.id === null) return [marker];
  return [
    marker,
    {
      table: "linkage_group",
      columns: [
        constant("map_id", mapset.id),
        axis.cell("name", ["chromosome"]),
        constant("start", 0),
        constant("stop", 0),
      ],
    },
    {
      table: "marker_linkage_group",
      columns: [
        constant("platform_id", platform.id),
        constant("map_id", mapset.id),
        chromosome,
        ...markerName("marker_name", axis),
        start,
        axis.cell("stop", ["position"]),
      ],
    },
  ];
}

function sampleTables(detection: Detection, ids: TemplateIds): Table[] {
  const axis = axisOf(detection, "samples");
  const { project, experiment } = ids;
  const code: readonly ColumnRole[] = ["external_code", "germplasm", "sample", "run"];
  const sample: readonly ColumnRole[] = ["sample", "run"];
  const number = (): Column => axis.cell("num", ["sample_number"]) ?? constant("num", 1);
  return [
    {
      table: "germplasm",
      columns: [
        axis.cell("name", ["germplasm", "sample", "run"]),
        axis.cell("external_code", code),
        axis.cell("species_name", ["species"]),
        axis.cell("type_name", ["germplasm_type"]),
        constant("status", NEW_STATUS),
      ],
    },
    {
      table: "dnasample",
      columns: [
        constant("project_id", project.id),
        axis.cell("name", sample),
        number(),
        axis.cell("external_code", code),
        axis.cell("platename", ["plate"]),
        axis.cell("well_row", ["well_row"]),
        axis.cell("well_col", ["well_column"]),
        axis.cell("uuid", ["uuid", "run", "sample"]),
        constant("status", NEW_STATUS),
      ],
    },
    {
      table: "dnarun",
      columns: [
        constant("project_id", project.id),
        constant("experiment_id", experiment.id),
        axis.cell("dnasample_name", sample),
        number(),
        axis.cell("name", ["run", "sample"]),
      ],
    },
  ];
}

function datasetTables(detection: Detection, ids: TemplateIds): Table[] {
  const { platform, experiment, dataset } = ids;
  const { firstRow, firstColumn } = detection.layout;
  return [
    {
      table: "dataset_marker",
      columns: [
        constant("platform_id", platform.id),
        constant("dataset_id", dataset.id),
        ...markerName("marker_name", axisOf(detection, "markers")),
        counter("marker_idx"),
      ],
    },
    {
      table: "dataset_dnarun",
      columns: [
        constant("experiment_id", experiment.id),
        constant("dataset_id", dataset.id),
        axisOf(detection, "samples").cell("dnarun_name", ["run", "sample"]),
        counter("dnarun_idx"),
      ],
    },
    {
      table: "matrix",
      columns: [
        {
          gobiiColumnType: "CSV_BOTH",
          name: "matrix",
          rCoord: firstRow,
          cCoord: firstColumn,
          ...missingCalls(detection),
        },
      ],
    },
  ];
}

/** Words for a missing call that the data set type does not know become the one that it knows. */
function missingCalls({ missing, dataSetType }: Detection): Partial<Column> {
  if (missing.length === 0) return {};
  const words = missing.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return {
    findText: `^(?:${words.join("|")})$`,
    replaceText: MISSING_CALL[dataSetType.value ?? "IUPAC"],
  };
}

const MISSING_CALL: Readonly<Record<DataSetType, string>> = {
  NUCLEOTIDE_2_LETTER: "NN",
  NUCLEOTIDE_4_LETTER: "NNNN",
  IUPAC: "N",
  SSR_ALLELE_SIZE: "00000000",
  DOMINANT_NON_NUCLEOTIDE: "N",
  CO_DOMINANT_NON_NUCLEOTIDE: "N",
  VCF: "./.",
};
