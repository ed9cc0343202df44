import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ColumnRule } from "../../contract/load.ts";
import type { TableValidation } from "../../contract/result.ts";
import { compileTextFilter } from "../tables/cell-filter.ts";
import { validateDigestFiles } from "../validation/digest-validator.ts";
import { findingsOf, validateInstruction } from "../validation/instruction-validator.ts";
import { knownFromFile, type IdKind, type NameKind } from "../validation/known-source.ts";
import type { Check } from "../validation/rules.ts";
import { loadIn, readJson, recordedIn, type Comparison } from "./golden-case.ts";

/** Stage `validate`: the instruction validator. */
export function compareInstruction(dir: string): Comparison {
  const { messages = {} } = recordedIn(dir);
  const findings = validateInstruction(loadIn(dir));
  return {
    ours: {
      markers: findings.markers?.message ?? null,
      samples: findings.samples?.message ?? null,
      dataset: findings.dataset?.message ?? null,
      all: findingsOf(findings).map(({ message }) => message),
    },
    expected: {
      markers: messages["validateMarkerUpload"],
      samples: messages["validateSampleUpload"],
      dataset: messages["validate"],
      all: Object.values(messages).filter((text) => text !== null),
    },
  };
}

interface FilterRow extends Pick<
  ColumnRule,
  "filterFrom" | "filterTo" | "findText" | "replaceText"
> {
  readonly in: string;
  readonly out?: string;
  readonly throws?: string;
}

/** Stage `unit-table`: filter, find and replace. */
export function compareFilters(dir: string): Comparison {
  const rows = readJson(join(dir, "cases.json")) as FilterRow[];
  return {
    ours: rows.map((row) => {
      try {
        const filter = compileTextFilter(row);
        return filter === null ? row.in : filter(row.in);
      } catch {
        return "refused";
      }
    }),
    expected: rows.map((row) => (row.throws === undefined ? row.out : "refused")),
  };
}

/** Sorted, since order does not matter. What follows only from the reference having stopped reading is left out. */
export function comparableValidation(tables: readonly TableValidation[]): unknown {
  return tables
    .map(({ fileName, failures }) => ({
      fileName,
      failures: failures
        .filter(({ reason }) => reason !== "Row length does not match matrix size (2 11)")
        .map((failure) => ({ ...failure, values: [...failure.values].toSorted() }))
        .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
    }))
    .map((table) => ({ ...table, status: table.failures.length === 0 ? "PASSED" : "FAILED" }))
    .toSorted((a, b) => a.fileName.localeCompare(b.fileName));
}

/** A condition in the words of the reference's rule file. */
interface Condition {
  readonly columnName: string;
  readonly required?: string;
  readonly unique?: string;
  readonly nullAllowed?: string;
  readonly uniqueColumns?: string[];
  readonly fileShouldExist?: string;
  readonly fileExistenceCheck?: string;
  readonly fileExists?: string;
  readonly type?: "File" | "DB";
  readonly typeName?: string;
  readonly foreignKey?: string;
  readonly fieldColumns?: string[];
  readonly fieldToCompare?: string[];
  readonly uniqueFileCheck?: string;
}

/** Stage `validation-2.1`: the checks of digest files, with the rules of the case. */
export async function compareValidation(dir: string): Promise<Comparison> {
  const { validations } = readJson(join(dir, "rules.json")) as {
    validations: { digestFileName: string; conditions: Condition[] }[];
  };
  const { tables } = await validateDigestFiles({
    files: readdirSync(join(dir, "input")).map((name) => ({
      table: tableName(name),
      path: join(dir, "input", name),
      shownPath: name,
    })),
    checks: Object.fromEntries(
      validations.map(({ digestFileName, conditions }) => [
        tableName(digestFileName),
        toChecks(conditions),
      ]),
    ),
    known: knownFromFile(join(dir, "db.json")),
    matrix: null,
    pace: () => {},
  });
  return {
    ours: comparableValidation(tables),
    expected: comparableValidation(recordedIn(dir).validation ?? []),
  };
}

function tableName(fileName: string): string {
  return fileName.trim().replace(/^digest\./, "");
}

const NAME_KINDS: Readonly<Record<string, NameKind>> = {
  CV: "cv",
  reference: "reference",
  external_code: "germplasm",
  dnasample: "dnasample",
  sampleNameNum: "dnasample_num",
  dnarun: "dnarun",
  marker: "marker",
  linkage_group: "linkage_group",
};

const ID_KINDS: Readonly<Record<string, IdKind>> = {
  platform_id: "platform",
  map_id: "mapset",
  experiment_id: "experiment",
  project_id: "project",
};

function toChecks(conditions: readonly Condition[]): Check[] {
  const required = new Set<string>();
  return conditions.flatMap((condition): Check[] => {
    const { columnName: name } = condition;
    const isRequired = condition.required === "yes";
    const isFirst = isRequired && !required.has(name);
    required.add(name);
    const checks: Check[] = [];
    if (isFirst) {
      const unique = condition.unique === "yes" ? ({ unique: true } as const) : {};
      checks.push({ check: "required", column: name, ...unique });
    }
    if (condition.nullAllowed === "no") checks.push({ check: "not blank", column: name });
    if (condition.uniqueColumns !== undefined) {
      checks.push({ check: "unique together", columns: condition.uniqueColumns });
    }
    if (condition.fileShouldExist !== undefined) {
      checks.push({ check: "table exists", table: tableName(condition.fileShouldExist) });
    }
    if (condition.type === "File") {
      checks.push({
        check: "equals",
        columns: condition.fieldColumns ?? [],
        table: tableName(condition.typeName ?? ""),
        otherColumns: condition.fieldToCompare ?? [],
        required: isRequired,
        distinct: condition.uniqueFileCheck === "yes",
        ifPresent: condition.fileExists === "yes",
      });
    }
    return condition.type === "DB" ? [...checks, knownCheck(condition, isRequired)] : checks;
  });
}

function knownCheck(condition: Condition, required: boolean): Check {
  const { typeName = "", foreignKey, fileExistenceCheck } = condition;
  const kind = NAME_KINDS[typeName];
  if (kind === undefined) throw new Error(`unknown type of names: ${typeName}`);
  const idKind = foreignKey === undefined ? undefined : ID_KINDS[foreignKey];
  return {
    check: "known",
    columns: condition.fieldToCompare ?? [],
    kind,
    required,
    ...(foreignKey === undefined || idKind === undefined
      ? {}
      : { within: { column: foreignKey, kind: idKind } }),
    ...(fileExistenceCheck === undefined ? {} : { unless: tableName(fileExistenceCheck) }),
  };
}
