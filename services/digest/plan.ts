import type { DigestSettings } from "../contract/digest-settings.ts";
import { coerceError } from "../contract/errors.ts";
import type { DataSetType, FileType } from "../contract/gobii-terms.ts";
import type { SourceFormat } from "../contract/instruction.ts";
import type { ColumnRule, Load, TableRule } from "../contract/load.ts";
import type { ProblemWords } from "../contract/problem-words.ts";
import type { MatrixRule } from "./matrix/matrix-rule.ts";
import { badCoordinateWords } from "./validation/instruction-validator.ts";
import { nearestTables } from "./validation/table-names.ts";
import { withCropCodes } from "./matrix/crop-codes.ts";
import { namesOfMatrix, type MatrixNames } from "./matrix/matrix-names.ts";
import { matrixRules } from "./matrix/rules.ts";
import { compileDelimiter, type Delimiter } from "./source/delimiter.ts";
import { compileQuotedDelimiter } from "./source/quoted-cells.ts";
import { compileTextFilter, type TextFilter } from "./tables/cell-filter.ts";

/** How one digest file is made. */
export type TablePlan = {
  readonly table: string;
  readonly source: string;
  readonly delimiter: Delimiter;
  readonly delimiterPattern: string;
  readonly fileType: FileType | null;
  readonly sourceFormat: SourceFormat | null;
  readonly quotes: boolean;
} & (
  | { readonly kind: "columns"; readonly columns: readonly ColumnRule[] }
  | { readonly kind: "rows"; readonly columns: readonly ColumnRule[] }
  | ({ readonly kind: "matrix" } & MatrixPlan)
  /** Nothing drives its rows: an empty file. */
  | { readonly kind: "empty" }
);

export interface MatrixPlan {
  readonly row: number;
  readonly column: number;
  /** Where markers and samples are named, for messages. */
  readonly names: MatrixNames;
  readonly rule: MatrixRule;
  readonly declaredType: DataSetType;
  readonly filter: TextFilter | null;
  /** Samples in rows: the converted matrix is to be transposed. */
  readonly sampleFast: boolean;
  /** Needs ref and alts of the marker table. */
  readonly isVcf: boolean;
}

export interface LoadPlan {
  readonly tables: readonly TablePlan[];
  /** Null where none of the tables is a matrix. */
  readonly matrix: MatrixPlan | null;
  /** What makes the load impossible, before anything is read. */
  readonly problems: readonly (string | ProblemWords)[];
  readonly warnings: readonly string[];
}

type TableKind = TablePlan["kind"];

/** Decides how each table is made, and finds what cannot be made. The instruction counts more than the settings. */
export function planLoad(load: Load, settings: DigestSettings = {}): LoadPlan {
  const problems: (string | ProblemWords)[] = [];
  const warnings: string[] = [];
  const tables: TablePlan[] = [];
  const names = new Set<string>();
  if (load.tables.length === 0) problems.push("The instruction has no tables");
  for (const rule of load.tables) {
    const found = [...nameProblems(rule, names), ...columnProblems(rule)];
    names.add(rule.table);
    if (found.length > 0) {
      problems.push(...found);
      continue;
    }
    try {
      const plan = planTable(load, rule, settings);
      warnings.push(...nameWarnings(rule), ...warningsOf(rule, plan));
      tables.push(plan);
    } catch (thrown) {
      problems.push(`Table ${rule.table}: ${coerceError(thrown).message}`);
    }
  }
  const matrices = tables.filter((plan) => plan.kind === "matrix");
  if (matrices.length > 1) {
    problems.push(
      `The tables ${matrices.map((plan) => plan.table).join(" and ")} both have a CSV_BOTH column; expected one matrix`,
    );
  }
  return { tables, matrix: matrices[0] ?? null, problems, warnings };
}

function nameProblems(rule: TableRule, taken: ReadonlySet<string>): string[] {
  const { table } = rule;
  if (table === "") return ["A table has no name"];
  if (/[/\\\0]/.test(table)) return [`The table name ${JSON.stringify(table)} is no file name`];
  return taken.has(table) ? [`Table ${table} is named twice`] : [];
}

/** A name that GOBii does not know is most likely mistyped: nothing loads such a table, and no rule checks it. */
function nameWarnings({ table }: TableRule): string[] {
  const nearest = nearestTables(table);
  return nearest.length === 0
    ? []
    : [
        `Table ${table} is none that GOBii knows, so nothing of it is checked; did you mean ${nearest.join(" or ")}?`,
      ];
}

function columnProblems(rule: TableRule): (string | ProblemWords)[] {
  const { table, columns } = rule;
  const problems: (string | ProblemWords)[] = [];
  if (rule.fileType === "FLAPJACK" || rule.fileType === "META_DATA") {
    problems.push({
      message: `Unable to deal with file type ${rule.fileType} (table ${table})`,
      plain: `The instruction says that the source of table ${table} is a ${rule.fileType} file, which cannot be read; expected GENERIC, HAPMAP, VCF or another. Choose what the file is.`,
    });
  }
  for (const column of columns) {
    const name = `${table}(${column.name})`;
    switch (column.type) {
      case "CSV_COLUMN":
      case "CSV_ROW":
      case "CSV_BOTH":
        if (!isCoordinate(column.column)) {
          problems.push(badCoordinateWords("column", table, column));
        } else if (!isCoordinate(column.row)) {
          problems.push(badCoordinateWords("row", table, column));
        }
        break;
      case "CONSTANT":
      case "AUTOINCREMENT":
        break;
      case null:
        problems.push(`The column ${name} has no type`);
        break;
      default:
        problems.push({
          message:
            `Unable to deal with file type${column.type}: this type of the column ${name} is not supported; ` +
            "expected CSV_COLUMN, CSV_ROW, CSV_BOTH, CONSTANT or AUTOINCREMENT",
          plain:
            `The instruction reads ${table}.${column.name} as ${column.type}, which is not possible; expected CSV_COLUMN, CSV_ROW, ` +
            "CSV_BOTH, CONSTANT or AUTOINCREMENT. Choose one of these.",
        });
    }
  }
  const drivers = ["CSV_ROW", "CSV_COLUMN", "CSV_BOTH"].flatMap((type) => {
    const ofType = columns.filter((column) => column.type === type);
    return ofType.length === 0
      ? []
      : [`${type} (${ofType.map((column) => column.name).join(", ")})`];
  });
  if (drivers.length > 1) {
    problems.push({
      message: `${drivers.join(" and ")} cannot drive one table: ${table}`,
      plain: `Table ${table} has columns that are read in different ways: ${drivers.join(" and ")}; expected one way. Read them alike, or make two tables of them.`,
    });
  }
  if (columns.some((column) => column.type === "CSV_BOTH") && columns.length > 1) {
    problems.push(
      `The CSV_BOTH column of table ${table} must be its only column. Leave the others out, or put them into another table`,
    );
  }
  return problems;
}

function isCoordinate(value: number | null): boolean {
  return value !== null && Number.isInteger(value) && value >= 0;
}

function kindOf(columns: readonly ColumnRule[]): TableKind {
  const has = (type: ColumnRule["type"]): boolean => columns.some((column) => column.type === type);
  if (has("CSV_ROW")) return "rows";
  if (has("CSV_COLUMN")) return "columns";
  return has("CSV_BOTH") ? "matrix" : "empty";
}

/** @throws AppError where an expression cannot be used. */
function planTable(load: Load, rule: TableRule, settings: DigestSettings): TablePlan {
  const { table, source, columns } = rule;
  const quotes = rule.quotes ?? settings.quotes ?? false;
  const delimiter = planDelimiter(rule.delimiter, quotes);
  const common = {
    table,
    source,
    delimiter,
    delimiterPattern: rule.delimiter,
    fileType: rule.fileType,
    sourceFormat: rule.sourceFormat ?? null,
    quotes,
  };
  const kind = kindOf(columns);
  switch (kind) {
    case "empty":
      return { ...common, kind };
    case "rows":
    case "columns":
      // Compiled again where it is used; here only to find out whether it can be.
      for (const column of columns) compileTextFilter(column);
      return { ...common, kind, columns };
    case "matrix": {
      const column = columns[0];
      if (column === undefined) return { ...common, kind: "empty" };
      if (/[A-Za-z0-9+.-]/.test(String.fromCharCode(delimiter.byte))) {
        throw new Error(
          `the delimiter ${JSON.stringify(rule.delimiter)} can be part of a call; expected another one for a matrix`,
        );
      }
      const isVcf = rule.fileType === "VCF" || load.dataSetType === "VCF";
      return {
        ...common,
        kind,
        row: column.row ?? 0,
        column: column.column ?? 0,
        names: namesOfMatrix(load, rule, column),
        rule: withCropCodes(matrixRules[isVcf ? "VCF" : load.dataSetType], settings),
        declaredType: load.dataSetType,
        filter: compileTextFilter(column),
        sampleFast: load.orientation === "SAMPLE_FAST",
        isVcf,
      };
    }
  }
}

function planDelimiter(pattern: string, quotes: boolean): Delimiter {
  try {
    return quotes ? compileQuotedDelimiter(pattern) : compileDelimiter(pattern);
  } catch (thrown) {
    throw new Error(
      `the delimiter ${JSON.stringify(pattern)} cannot be used: ${coerceError(thrown).message}`,
      { cause: thrown },
    );
  }
}

function warningsOf(rule: TableRule, plan: TablePlan): string[] {
  const { table, columns } = rule;
  const warnings = columns
    .filter((column) => column.type === "CONSTANT" && column.constantValue === null)
    .map(
      (column) => `The constant ${table}(${column.name}) has no value; its cells are left empty`,
    );
  if (plan.kind === "empty") {
    warnings.push(`Table ${table} has no column that is read from the source; its file is empty`);
  }
  if (plan.delimiter.splitsEverywhere) {
    warnings.push(
      `Table ${table}: the delimiter ${JSON.stringify(rule.delimiter)} is a regular expression that matches between any ` +
        "two characters; a literal | is written \\|",
    );
  }
  return warnings;
}
