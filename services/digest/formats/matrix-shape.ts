import type { DataSetType, Orientation } from "../../contract/gobii-terms.ts";
import type { Layout } from "../../contract/preview.ts";
import type { CellReader } from "../matrix/crop-codes.ts";
import { guessCalls, isMissing, type CallGuess } from "./calls.ts";
import type { Found } from "./format.ts";
import type { Head } from "./head.ts";
import { rolesOf } from "./roles.ts";

/** A rectangle of calls with names above and to the left of it, as it was found in a file. */
export interface MatrixShape {
  readonly calls: CallGuess;
  readonly orientation: Found<Orientation>;
  readonly layout: Layout;
  readonly evidence: string[];
  readonly warnings: string[];
}

/** Rows and columns of calls that are looked at. */
const ROWS = 100;
/** A row or column belongs to the calls when so many of its cells are such. */
const ENOUGH = 0.8;

/**
 * Finds the calls of a delimited text: the rectangle at the right and at the bottom whose cells are calls of one type.
 * Null where there is none.
 */
export function findMatrix(head: Head, from = 0): MatrixShape | null {
  const all = head.rows.slice(0, from + ROWS);
  const width = Math.min(...all.slice(from + 1).map((row) => row.length));
  if (all.length - from < 2 || !Number.isFinite(width) || width < 2) return null;
  const body = all.slice(from);
  const last = guessCalls(columnOf(body.slice(1), width - 1), head.readCell);
  const corner =
    last ??
    guessCalls(
      body.slice(1).map((row) => row.at(-1) ?? ""),
      head.readCell,
    );
  if (corner === null) return null;

  const looked = { type: corner.type, read: head.readCell };
  const first = findFirstRow(body, width, looked);
  if (first < 0) return null;
  const rows = body.slice(first);
  const header = first === 0 ? [] : (body[first - 1] ?? []);
  const columns = rolesOf(header);
  const firstColumn = findFirstColumn(
    rows,
    width,
    looked,
    columns.map(({ column }) => column),
  );
  const calls = guessCalls(
    rows.flatMap((row) => row.slice(firstColumn)),
    head.readCell,
  );
  if (calls === null || firstColumn >= width) return null;
  return shapeOf({ rows, header, firstRow: from + first, firstColumn, calls, head });
}

interface FoundMatrix {
  readonly rows: readonly (readonly string[])[];
  readonly header: readonly string[];
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly calls: CallGuess;
  readonly head: Head;
}

function shapeOf({ rows, header, firstRow, firstColumn, calls, head }: FoundMatrix): MatrixShape {
  const warnings: string[] = [];
  if (firstRow === 0) warnings.push("There is no line of names above the calls.");
  if (firstColumn === 0) warnings.push("There is no column of names left of the calls.");
  const left = rolesOf(header.slice(0, firstColumn));
  const orientation = orientationOf(
    left.map(({ role }) => role),
    rows,
    firstColumn,
    calls.type,
  );
  const [down, across] =
    orientation.value === "SAMPLE_FAST"
      ? (["sample", "marker"] as const)
      : (["marker", "sample"] as const);
  const names = left.some(({ role }) => role === down || (down === "sample" && role === "run"));
  // Without a telling header the first column that is free names the rows.
  const free =
    left.length === 0
      ? 0
      : header.findIndex((_name, k) => !left.some(({ column }) => column === k));
  const named =
    names || firstColumn === 0 || free < 0 || free >= firstColumn
      ? left
      : [{ column: free, name: header[free] ?? "", role: down }, ...left];
  const total = (head.widths[firstRow] ?? 0) - firstColumn;
  return {
    calls,
    orientation,
    layout: {
      firstRow,
      firstColumn,
      columns: named,
      rows: firstRow === 0 ? [] : [{ row: firstRow - 1, role: across }],
    },
    evidence: [
      calls.evidence,
      `They begin in line ${firstRow + 1}, column ${firstColumn + 1}; there are ${total} in that line.`,
    ],
    warnings,
  };
}

function columnOf(rows: readonly (readonly string[])[], column: number): string[] {
  return rows.map((row) => row[column] ?? "");
}

/** Which calls are looked for, and how their cells are read. */
interface Looked {
  readonly type: DataSetType;
  readonly read: CellReader;
}

/** Whether a cell is a call of the type, or stands for one that is missing. */
function shareOfCalls(cells: readonly string[], { type, read }: Looked): number {
  const guess = guessCalls(cells, read);
  if (guess !== null) return areAlike(guess.type, type) ? guess.share : 0;
  // Nothing but missing calls is as good as calls.
  return cells.length > 0 && cells.every((cell) => isMissing(cell, read) || cell === "1") ? 1 : 0;
}

/** A column without a 2, or with single letters only, is no other kind of matrix. */
function areAlike(a: DataSetType, b: DataSetType): boolean {
  const kin: readonly (readonly DataSetType[])[] = [
    ["DOMINANT_NON_NUCLEOTIDE", "CO_DOMINANT_NON_NUCLEOTIDE"],
    ["IUPAC", "NUCLEOTIDE_2_LETTER"],
  ];
  return a === b || kin.some((types) => types.includes(a) && types.includes(b));
}

function findFirstRow(body: readonly (readonly string[])[], width: number, looked: Looked): number {
  // Names of markers or samples stand left of the calls, few or many.
  const isCalls = (row: readonly string[]): boolean =>
    row.length >= width && shareOfCalls(row.slice(-Math.ceil(row.length / 2)), looked) >= ENOUGH;
  const first = body.findIndex(isCalls);
  return first >= 0 &&
    body.slice(first, first + 5).every((row) => row.length < width || isCalls(row))
    ? first
    : -1;
}

function findFirstColumn(
  rows: readonly (readonly string[])[],
  width: number,
  looked: Looked,
  known: readonly number[],
): number {
  let column = width;
  while (
    column > 0 &&
    !known.includes(column - 1) &&
    shareOfCalls(columnOf(rows, column - 1), looked) >= ENOUGH
  ) {
    column--;
  }
  return column;
}

/**
 * Which way round the matrix stands: by what the columns left of the calls say, else by the letters, of which a marker has
 * two and a sample all.
 */
function orientationOf(
  roles: readonly string[],
  rows: readonly (readonly string[])[],
  firstColumn: number,
  type: DataSetType,
): Found<Orientation> {
  const has = (...wanted: string[]): string | undefined =>
    wanted.find((role) => roles.includes(role));
  const marker = has("marker", "alleles", "ref", "chromosome", "snp", "strand");
  const sample = has("sample", "run", "germplasm", "external_code", "species");
  if (marker !== undefined && sample === undefined) {
    return {
      value: "MARKER_FAST",
      evidence: `Markers are in rows: a column left of the calls says ${marker}.`,
    };
  }
  if (sample !== undefined && marker === undefined) {
    return {
      value: "SAMPLE_FAST",
      evidence: `Samples are in rows: a column left of the calls says ${sample}.`,
    };
  }
  if (type === "NUCLEOTIDE_2_LETTER" || type === "IUPAC") {
    const calls = rows.map((row) => row.slice(firstColumn));
    const wide = calls.filter((row) => lettersOf(row) > 2).length / Math.max(1, calls.length);
    const columns = Math.min(100, ...calls.map((row) => row.length));
    const wideColumns =
      Array.from({ length: columns }, (_, k) => lettersOf(columnOf(calls, k))).filter((n) => n > 2)
        .length / Math.max(1, columns);
    if (wide < 0.2 && wideColumns > 0.6) {
      return {
        value: "MARKER_FAST",
        evidence:
          "Markers are in rows: hardly a row has more than two letters, and most columns do.",
      };
    }
    if (wideColumns < 0.2 && wide > 0.6) {
      return {
        value: "SAMPLE_FAST",
        evidence:
          "Samples are in rows: hardly a column has more than two letters, and most rows do.",
      };
    }
  }
  return {
    value: "MARKER_FAST",
    evidence:
      "Nothing tells which way round it is; markers are taken to be in rows, as GOBii has them.",
  };
}

const IUPAC_LETTERS: Readonly<Record<string, string>> = {
  R: "AG",
  Y: "CT",
  S: "CG",
  W: "AT",
  K: "GT",
  M: "AC",
};

/** How many of A, C, G and T occur. */
function lettersOf(cells: readonly string[]): number {
  const letters = new Set<string>();
  for (const cell of cells) {
    if (cell.length > 5) continue;
    for (const character of cell.toUpperCase()) {
      for (const letter of IUPAC_LETTERS[character] ?? character) {
        if ("ACGT".includes(letter)) letters.add(letter);
      }
    }
  }
  return letters.size;
}
