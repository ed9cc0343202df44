import { formatCount } from "../counts.ts";
import type { DigestProblem, TableValidation } from "../../contract/result.ts";
import {
  EXAMPLES,
  summarizeFile,
  wishKey,
  type ColumnSummary,
  type FileSummary,
  type SummaryWish,
} from "./column-summary.ts";
import { equalSums } from "./fingerprint.ts";
import type { KnownSource, NameKind } from "./known-source.ts";
import type { Check } from "./rules.ts";
import { findUnknownNames } from "./unknown-names.ts";
import type { Pace } from "../pace.ts";

/** A digest file to check. */
interface DigestFile {
  readonly table: string;
  readonly path: string;
  /** Where it will be in the end, for messages. */
  readonly shownPath: string;
}

export interface ValidationRequest {
  readonly files: readonly DigestFile[];
  readonly checks: Readonly<Record<string, readonly Check[]>>;
  readonly known: KnownSource;
  /** Null in a load without a matrix, or where its size could not be told. */
  readonly matrix: { readonly markers: number; readonly samples: number } | null;
  readonly pace: Pace;
}

export interface ValidationOutcome {
  /** One entry for each file that has rules. */
  readonly tables: TableValidation[];
  readonly warnings: DigestProblem[];
}

type Failure = TableValidation["failures"][number];

/** Checks the digest files of a load against the rules of their tables, as GOBii's DigestFileValidator does. */
export async function validateDigestFiles(request: ValidationRequest): Promise<ValidationOutcome> {
  const { files, checks } = request;
  const summaries = new Map<string, FileSummary>();
  for (const file of files) {
    const wishes = wishesFor(file.table, checks);
    summaries.set(file.table, await summarizeFile(file.path, wishes, request.pace));
  }
  const tables: TableValidation[] = [];
  const warnings: DigestProblem[] = [];
  for (const file of files) {
    const tableChecks = checks[file.table];
    const summary = summaries.get(file.table);
    if (tableChecks === undefined || summary === undefined) continue;
    const failures = summary.hasHeader
      ? await failuresOf(request, file, tableChecks, summaries, warnings)
      : [failure("Empty file", [], [file.shownPath])];
    tables.push({
      fileName: file.table,
      status: failures.length === 0 ? "PASSED" : "FAILED",
      failures,
    });
  }
  return { tables, warnings };
}

/** What the checks of all tables need to know of the file of one. */
function wishesFor(table: string, checks: ValidationRequest["checks"]): SummaryWish[] {
  const own = (checks[table] ?? []).flatMap((check): SummaryWish[] => {
    switch (check.check) {
      case "required":
        return [{ columns: [check.column], distinct: check.unique === true }];
      case "not blank":
        return [{ columns: [check.column], distinct: false }];
      case "warn of duplicates":
        return [{ columns: [check.column], distinct: true }];
      case "unique together":
      case "equals":
        return [{ columns: check.columns, distinct: true }];
      case "known":
        return [
          { columns: check.columns, distinct: false },
          ...(check.within === undefined
            ? []
            : [{ columns: [check.within.column], distinct: false, variety: true }]),
        ];
      case "table exists":
      case "matrix size":
        return [];
    }
  });
  const others = Object.values(checks)
    .flat()
    .flatMap((check): SummaryWish[] =>
      check.check === "equals" && check.table === table
        ? [{ columns: check.otherColumns, distinct: true }]
        : [],
    );
  return [...own, ...others];
}

async function failuresOf(
  request: ValidationRequest,
  file: DigestFile,
  checks: readonly Check[],
  summaries: ReadonlyMap<string, FileSummary>,
  warnings: DigestProblem[],
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const own = summaries.get(file.table);
  const column = (columns: readonly string[]): ColumnSummary =>
    own?.columns.get(wishKey(columns)) ?? NOTHING_KNOWN;

  for (const check of checks) {
    switch (check.check) {
      case "required":
      case "not blank": {
        const found = column([check.column]);
        if (found.missingColumns.length > 0) {
          if (check.check === "required")
            failures.push(failure("Column not found", [check.column]));
        } else {
          if (found.short) failures.push(failure("Missing Values Detected", [check.column]));
          else if (found.blank) failures.push(failure("NULL VALUE", [check.column]));
          if (check.check === "required" && check.unique && found.duplicates.length > 0) {
            const examples = found.duplicates.slice(0, EXAMPLES);
            failures.push(failure("Duplicate Found", [check.column], examples));
          }
        }
        break;
      }
      case "unique together": {
        const found = column(check.columns);
        const [missing] = found.missingColumns;
        if (missing !== undefined) failures.push(failure("Column not found", [missing]));
        if (found.duplicates.length > 0) failures.push(failure("Not unique", check.columns));
        break;
      }
      case "warn of duplicates": {
        const { duplicates, repeats } = column([check.column]);
        if (repeats > 0) {
          const rows = repeats === 1 ? "a row repeats" : `${formatCount(repeats)} rows repeat`;
          const more = repeats > duplicates.length ? ", …" : "";
          warnings.push({
            message: `Table ${file.table} has values of ${check.column} more than once, ${rows} one: ${duplicates.join(", ")}${more}`,
            file: null,
            line: null,
            column: null,
          });
        }
        break;
      }
      case "table exists":
        if (!summaries.has(check.table)) failures.push(fileNotFound(check.table));
        break;
      case "equals": {
        const other = summaries.get(check.table);
        const otherFile = request.files.find(({ table }) => table === check.table);
        if (other !== undefined && otherFile !== undefined) {
          failures.push(...compare(check, column(check.columns), other, otherFile));
        } else if (!check.ifPresent) failures.push(fileNotFound(check.table));
        break;
      }
      case "known": {
        if (check.unless !== undefined && summaries.has(check.unless)) break;
        const ids = check.within && column([check.within.column]);
        const found =
          brokenLookup(check, column(check.columns), ids, own?.rows ?? 0) ??
          (await unknownValues(request, file, check));
        failures.push(...found);
        break;
      }
      case "matrix size": {
        const size = request.matrix?.[check.of];
        if (size !== undefined && own !== undefined && own.rows !== size) {
          failures.push(failure(`Row length does not match matrix size (${own.rows} ${size})`));
        }
      }
    }
  }
  return failures;
}

const NOTHING_KNOWN: ColumnSummary = {
  missingColumns: [],
  blank: false,
  short: false,
  variety: 0,
  duplicates: [],
  repeats: 0,
  all: { count: 0, low: 0, high: 0 },
  distinct: { count: 0, low: 0, high: 0 },
};

/** As the reference does: a column that is not there has no values. */
function compare(
  check: Extract<Check, { check: "equals" }>,
  own: ColumnSummary,
  otherSummary: FileSummary,
  otherFile: DigestFile,
): Failure[] {
  const failures: Failure[] = [];
  const report = ([missing]: readonly string[]): void => {
    // The reference notices it only where it puts several columns together.
    if (missing === undefined || check.columns.length === 1) return;
    failures.push(failure("Column not found", [missing]));
  };
  report(own.missingColumns);
  if (check.required && own.missingColumns.length > 0) {
    return [...failures, failure("Column not found", check.columns)];
  }
  const other = otherSummary.columns.get(wishKey(check.otherColumns)) ?? NOTHING_KNOWN;
  if (!otherSummary.hasHeader) failures.push(failure("Empty file", [], [otherFile.shownPath]));
  report(other.missingColumns);
  const equal = check.distinct
    ? equalSums(own.distinct, other.distinct)
    : equalSums(own.all, other.all);
  if (!equal) {
    const columns = [wishKey(check.columns), `${check.table}.${wishKey(check.otherColumns)}`];
    failures.push(failure("Column value mismatch", columns));
  }
  return failures;
}

/** How the reference calls a name that the database does not know. */
const UNKNOWN_REASONS: Readonly<Record<NameKind, string>> = {
  cv: "Undefined CV value",
  reference: "Reference value does not exist in DB",
  germplasm: "Undefined value in DB",
  dnasample: "dnasample_name does not exist in DB",
  dnasample_num: "dnasample_name and num combination does not exist in DB",
  dnarun: "dnarun_name does not exist in DB",
  marker: "marker does not exist in DB",
  linkage_group: "linkage_group_name does not exist in DB",
};

/** Why names cannot be looked up at all; null where they can. `ids`: the column of what they are unique in. */
function brokenLookup(
  { columns, kind, within, required }: Extract<Check, { check: "known" }>,
  names: ColumnSummary,
  ids: ColumnSummary | undefined,
  rows: number,
): Failure[] | null {
  const [first = ""] = columns;
  if (names.missingColumns.includes(first)) {
    return required ? [failure("Column not found", [first])] : [];
  }
  if (within === undefined || ids === undefined) return null;
  if (ids.missingColumns.length > 0) return [failure("Column not found", [within.column])];
  // Where it is there it must not be empty, but it may be absent: the number of a sample.
  if (names.missingColumns.length > 0 || rows === 0) return [];
  return (within.kind === "platform" || kind === "dnasample_num") && ids.variety !== 1
    ? [failure(`More than one ${within.kind} id`, [first, within.column])]
    : null;
}

async function unknownValues(
  request: ValidationRequest,
  file: DigestFile,
  check: Extract<Check, { check: "known" }>,
): Promise<Failure[]> {
  const { within } = check;
  const unknown = await findUnknownNames(request.known, file.path, check, request.pace);
  const failures: Failure[] = [];
  if (within !== undefined && unknown.ids.length > 0) {
    const examples = unknown.ids.slice(0, EXAMPLES);
    failures.push(failure("Undefined value in DB", [within.column], examples));
    if (within.kind === "platform" || within.kind === "project") {
      const { kind } = within;
      failures.push(failure(`${kind} id does not exist in DB`, [], [`no such ${kind}`]));
    }
  }
  if (unknown.names.length > 0) {
    failures.push(failure(UNKNOWN_REASONS[check.kind], check.columns, unknown.names));
  }
  return failures;
}

function failure(
  reason: string,
  columnName: readonly string[] = [],
  values: readonly string[] = [],
): Failure {
  return { reason, columnName: [...columnName], values: [...values] };
}

function fileNotFound(table: string): Failure {
  return failure("File not found", [], [`digest.${table}`]);
}
