import type { TableValidation } from "./result.ts";

type Failure = TableValidation["failures"][number];

/**
 * What a failed check of a table means for who has to mend it. The reasons are the reference's, which GOBii's clients get
 * as they are; one that is not known here is told as it is.
 */
export function failureWords(table: string, { reason, columnName, values }: Failure): string {
  const columns = columnName.join(" and ").replaceAll(",", " and ");
  const named = columnName.length === 1 && !columns.includes(" and ") ? "column" : "columns";
  const examples = values.map((value) => JSON.stringify(value)).join(", ");
  const size = /^Row length does not match matrix size \((\d+) (\d+)\)$/.exec(reason);
  if (size !== null) {
    const what = table === "dataset_dnarun" ? "sample" : "marker";
    return (
      `Table ${table} has ${size[1]} rows, but the matrix has ${size[2]} ${what}s; expected a row for each ${what}. ` +
      `Check where the ${what} names and the matrix begin, and that they are read from the same files.`
    );
  }
  const [, unknown] = /^(\w+) id does not exist in DB$/.exec(reason) ?? [];
  if (unknown !== undefined) {
    return `Table ${table} is for a ${unknown} that the database does not have. Choose another ${unknown}, or create it first.`;
  }
  const [, several] = /^More than one (\w+) id$/.exec(reason) ?? [];
  if (several !== undefined) {
    return `Table ${table} has rows of more than one ${several}; expected one, in which names are looked up. Make a load for each ${several}.`;
  }
  switch (reason) {
    case "Column not found":
      return `The ${named} ${columns.replace(/^\w+\./, "")} ${named === "column" ? "is" : "are"} missing from table ${ownerOf(columns) ?? table}. Add ${named === "column" ? "it" : "them"} to the instruction.`;
    case "Missing Values Detected":
    case "NULL VALUE":
      return `Table ${table} has empty cells in its ${named} ${columns}; expected a value in each row. Fill them in the source, or read another column of it.`;
    case "Duplicate Found":
      return `Table ${table} has the same value of ${columns} in several rows (${examples}); expected another in each. Give each its own, or leave the repeated rows out.`;
    case "Not unique":
      return `Table ${table} has the same ${columns} in several rows; expected another combination in each. Leave the repeated rows out, or number them.`;
    case "Column value mismatch": {
      const [own = "", other = ""] = columnName;
      return `The values of ${table}.${own} are not those of ${other}; expected the same ones in both. Read both from the same cells of the same source.`;
    }
    case "File not found":
      return `Table ${table} needs the table ${(values[0] ?? "").replace(/^digest\./, "")} beside it. Add that to the instruction.`;
    case "Empty file":
      return `Table ${table} has no columns. Say in the instruction where they are read, or leave the table out.`;
    case "Invalid column size":
      return `Table ${table} has ${columnName[0] ?? ""}, but not all the columns that it is looked up by. Add the missing ones to the instruction.`;
    case "Undefined CV value":
      return `Table ${table} has values of ${columns} that are no terms of the database (${examples}). Correct them, or have them added as terms first.`;
    case "Reference value does not exist in DB":
    case "Undefined value in DB":
    case "dnasample_name does not exist in DB":
    case "dnasample_name and num combination does not exist in DB":
    case "dnarun_name does not exist in DB":
    case "marker does not exist in DB":
    case "linkage_group_name does not exist in DB":
      return `Table ${table} has values of ${columns} that the database does not know (${examples}). Correct them, or load what they name first.`;
    default:
      return [`Table ${table}: ${reason}`, columns, examples]
        .filter((part) => part !== "")
        .join(", ");
  }
}

/** `dnasample` of `dnasample.name`, a column of another table. */
function ownerOf(column: string): string | null {
  const at = column.indexOf(".");
  return at < 0 ? null : column.slice(0, at);
}
