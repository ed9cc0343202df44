import type { ListInstruction } from "../../../../../services/contract/instruction.ts";

type Column = ListInstruction["gobiiFileColumns"][number];

/** A column of a digest file and, in words, where its cells come from. */
export interface ColumnRule {
  readonly name: string;
  readonly words: string;
}

/** The columns of a table: a subcolumn is joined to the column before it. */
export function rulesOf({ gobiiFileColumns }: ListInstruction): ColumnRule[] {
  const rules: ColumnRule[] = [];
  for (const column of gobiiFileColumns) {
    const last = rules.at(-1);
    if (column.subcolumn && last !== undefined) {
      rules[rules.length - 1] = { ...last, words: `${last.words}, then ${wordsOf(column)}` };
    } else {
      rules.push({ name: column.name ?? "", words: wordsOf(column) });
    }
  }
  return rules;
}

function wordsOf(column: Column): string {
  return [placeOf(column), ...changesOf(column)].join(", ");
}

/** Rows and columns are counted from 1, as people do. */
function placeOf({ gobiiColumnType, rCoord, cCoord, constantValue }: Column): string {
  const row = (rCoord ?? 0) + 1;
  const column = (cCoord ?? 0) + 1;
  switch (gobiiColumnType) {
    case "CONSTANT":
      return (constantValue ?? "") === "" ? "always empty" : `always “${constantValue ?? ""}”`;
    case "AUTOINCREMENT":
      return "numbers the rows";
    case "CSV_COLUMN":
      return `column ${column}, from row ${row}`;
    case "CSV_ROW":
      return `row ${row}, from column ${column}`;
    case "CSV_BOTH":
      return `all cells from row ${row} and column ${column}`;
    default:
      return gobiiColumnType ?? "no rule";
  }
}

function changesOf({ filterFrom, filterTo, findText, replaceText }: Column): string[] {
  const changes: string[] = [];
  if (isText(filterFrom)) changes.push(`what follows “${filterFrom}”`);
  if (isText(filterTo)) changes.push(`what comes before “${filterTo}”`);
  if (isText(findText)) changes.push(`“${findText}” becomes “${replaceText ?? ""}”`);
  return changes;
}

function isText(value: string | null | undefined): value is string {
  return value !== null && value !== undefined && value !== "";
}
