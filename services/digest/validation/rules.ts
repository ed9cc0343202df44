import type { IdKind, NameKind } from "./known-source.ts";

/** One check of a digest file. Columns go by their names in its header. */
export type Check =
  /** The column must be there, and no value of it blank. */
  | { readonly check: "required"; readonly column: string; readonly unique?: true }
  /** Where the column is there, no value of it may be blank. */
  | { readonly check: "not blank"; readonly column: string }
  /** Taken together, the columns have no value twice. */
  | { readonly check: "unique together"; readonly columns: readonly string[] }
  /** A value that occurs twice is worth a warning. */
  | { readonly check: "warn of duplicates"; readonly column: string }
  /** The load must make that table too. */
  | { readonly check: "table exists"; readonly table: string }
  /**
   * The values equal those of other columns of another table, in any order; `distinct`: as sets. `ifPresent`: only where
   * that table is made.
   */
  | {
      readonly check: "equals";
      readonly columns: readonly string[];
      readonly table: string;
      readonly otherColumns: readonly string[];
      readonly required: boolean;
      readonly distinct: boolean;
      readonly ifPresent: boolean;
    }
  /** The values are known to the database; blank ones are not asked for. `unless`: a table that makes them known. */
  | {
      readonly check: "known";
      readonly columns: readonly string[];
      readonly kind: NameKind;
      readonly required: boolean;
      readonly within?: { readonly column: string; readonly kind: IdKind };
      readonly unless?: string;
    }
  /** As many rows as the matrix has markers or samples. */
  | { readonly check: "matrix size"; readonly of: "markers" | "samples" };

function required(...columns: string[]): Check[] {
  return columns.map((column) => ({ check: "required", column }));
}

/** As lists, value by value; the other table must be there. */
function equalsList(column: string, table: string, otherColumn: string): Check {
  return {
    check: "equals",
    columns: [column],
    table,
    otherColumns: [otherColumn],
    required: true,
    distinct: false,
    ifPresent: false,
  };
}

/** As sets, where the other table is made. */
function equalsSet(
  columns: readonly string[],
  table: string,
  otherColumns: readonly string[],
  isRequired: boolean,
): Check {
  return {
    check: "equals",
    columns,
    table,
    otherColumns,
    required: isRequired,
    distinct: true,
    ifPresent: true,
  };
}

function optionalTerm(column: string, kind: NameKind): Check {
  return { check: "known", columns: [column], kind, required: false };
}

const knownMarkerName: Check = {
  check: "known",
  columns: ["marker_name"],
  kind: "marker",
  required: true,
  within: { column: "platform_id", kind: "platform" },
  unless: "marker",
};

/**
 * What a digest file of each table must satisfy, as GOBii 2.1 has it in its validationConfig.json. A further table is a
 * further entry.
 */
export const tableChecks: Readonly<Record<string, readonly Check[]>> = {
  germplasm: [
    ...required("name"),
    { check: "required", column: "external_code", unique: true },
    optionalTerm("species_name", "cv"),
    optionalTerm("type_name", "cv"),
  ],
  germplasm_prop: [
    ...required("external_code"),
    { check: "table exists", table: "germplasm" },
    equalsList("external_code", "germplasm", "external_code"),
  ],
  dnasample: [
    ...required("project_id", "name", "num", "external_code"),
    { check: "required", column: "uuid", unique: true },
    { check: "unique together", columns: ["name", "num"] },
    {
      check: "known",
      columns: ["external_code"],
      kind: "germplasm",
      required: true,
      unless: "germplasm",
    },
    equalsSet(["external_code"], "germplasm", ["external_code"], true),
  ],
  dnasample_prop: [
    ...required("project_id", "dnasample_name", "external_code", "num"),
    { check: "unique together", columns: ["dnasample_name", "external_code", "num"] },
    { check: "table exists", table: "dnasample" },
    equalsList("project_id", "dnasample", "project_id"),
    equalsList("dnasample_name", "dnasample", "name"),
    equalsList("external_code", "dnasample", "external_code"),
    equalsList("num", "dnasample", "num"),
  ],
  dnarun: [
    ...required("project_id", "experiment_id", "name"),
    { check: "not blank", column: "dnasample_name" },
    { check: "not blank", column: "num" },
    equalsSet(["project_id"], "dnasample", ["project_id"], true),
    equalsSet(["dnasample_name"], "dnasample", ["name"], false),
    equalsSet(["dnasample_name", "num"], "dnasample", ["name", "num"], false),
    {
      check: "known",
      columns: ["dnasample_name"],
      kind: "dnasample",
      required: false,
      within: { column: "project_id", kind: "project" },
      unless: "dnasample",
    },
    {
      check: "known",
      columns: ["dnasample_name", "num"],
      kind: "dnasample_num",
      required: false,
      within: { column: "project_id", kind: "project" },
      unless: "dnasample",
    },
  ],
  dnarun_prop: [
    ...required("experiment_id", "dnarun_name"),
    { check: "table exists", table: "dnarun" },
    equalsList("experiment_id", "dnarun", "experiment_id"),
    equalsList("dnarun_name", "dnarun", "name"),
  ],
  marker: [
    ...required("platform_id", "name"),
    { check: "warn of duplicates", column: "name" },
    optionalTerm("reference_name", "reference"),
    optionalTerm("strand_name", "cv"),
  ],
  marker_prop: [
    ...required("platform_id", "marker_name"),
    { check: "table exists", table: "marker" },
  ],
  linkage_group: required("map_id", "name"),
  marker_linkage_group: [
    ...required("platform_id", "map_id", "linkage_group_name", "marker_name"),
    {
      check: "known",
      columns: ["linkage_group_name"],
      kind: "linkage_group",
      required: true,
      within: { column: "map_id", kind: "mapset" },
      unless: "linkage_group",
    },
    knownMarkerName,
  ],
  dataset_marker: [
    ...required("platform_id", "dataset_id", "marker_idx", "marker_name"),
    knownMarkerName,
    { check: "warn of duplicates", column: "marker_name" },
    { check: "matrix size", of: "markers" },
  ],
  dataset_dnarun: [
    ...required("experiment_id", "dataset_id", "dnarun_idx", "dnarun_name"),
    {
      check: "known",
      columns: ["dnarun_name"],
      kind: "dnarun",
      required: true,
      within: { column: "experiment_id", kind: "experiment" },
      unless: "dnarun",
    },
    { check: "warn of duplicates", column: "dnarun_name" },
    { check: "matrix size", of: "samples" },
  ],
};

/** Those checks that the first rows alone can fail: nothing that counts or compares whole files. */
export const checksOfEachRow: typeof tableChecks = Object.fromEntries(
  Object.entries(tableChecks).map(([table, checks]) => [table, checks.filter(isOfEachRow)]),
);

function isOfEachRow({ check }: Check): boolean {
  return check !== "equals" && check !== "matrix size";
}
