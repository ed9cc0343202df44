import { basename } from "node:path";
import { stemOf } from "../../contract/companions.ts";
import { noCalls, type Format } from "./format.ts";
import type { Head } from "./head.ts";
import { BIM_COLUMNS } from "./plink-bed-rows.ts";
import { companionOf } from "./plink-files.ts";
import { PED_COLUMNS } from "./plink-ped-rows.ts";

/** A file of a data set that holds no calls, by how it ends: how many fields a line has, and which file has the calls. */
interface Part {
  readonly widths: readonly number[];
  readonly calls: "bed" | "ped" | "tped";
  /** A file that ends so may well be something else where it does not fit. */
  readonly isTelling: boolean;
}

const MARKER_PARTS: Readonly<Record<string, Part>> = {
  bim: { widths: [BIM_COLUMNS.length], calls: "bed", isTelling: true },
  map: { widths: [3, 4], calls: "ped", isTelling: false },
  // Behind the four columns of a .map stand the calls, two fields for each sample, which no template can put together.
  tped: { widths: [], calls: "tped", isTelling: true },
};

const SAMPLE_PARTS: Readonly<Record<string, Part>> = {
  fam: { widths: [PED_COLUMNS.length], calls: "bed", isTelling: true },
  tfam: { widths: [PED_COLUMNS.length], calls: "tped", isTelling: true },
};

/** The markers of a PLINK data set, without a header. */
export const plinkMarkers: Format = {
  name: "MARKER_LIST",
  title: "markers of PLINK, .map, .bim or .tped",
  recognise(head) {
    const ending = endingOf(head);
    const part = MARKER_PARTS[ending];
    if (part === undefined) return null;
    const rows = fieldsOf(head.lines);
    const position = rows[0]?.fields.length === 3 ? 2 : 3;
    const isNumber = /^-?\d+(\.\d+)?$/;
    const odd = rows.find(({ fields }) => !isNumber.test(fields[position] ?? ""));
    const fault =
      widthFault(rows, part) ??
      (odd === undefined
        ? null
        : `Line ${odd.line} has the position ${JSON.stringify(odd.fields[position] ?? "")}; expected a number in column ${position + 1}`);
    if (rows.length === 0 || (fault !== null && !part.isTelling)) return null;
    return {
      ...partOf(head, ending, part, fault),
      layout: {
        firstRow: 0,
        firstColumn: null,
        columns: [
          { column: 0, name: "chromosome", role: "chromosome" },
          { column: 1, name: "marker", role: "marker" },
          { column: position, name: "position", role: "position" },
          ...(ending === "bim"
            ? ([
                { column: 4, name: "A1", role: "alt" },
                { column: 5, name: "A2", role: "ref" },
              ] as const)
            : []),
        ],
        rows: [],
      },
    };
  },
};

/** The samples of a PLINK data set, without a header. */
export const plinkSamples: Format = {
  name: "SAMPLE_LIST",
  title: "samples of PLINK, .fam or .tfam",
  recognise(head) {
    const ending = endingOf(head);
    const part = SAMPLE_PARTS[ending];
    const rows = fieldsOf(head.lines);
    if (part === undefined || rows.length === 0) return null;
    return {
      ...partOf(head, ending, part, widthFault(rows, part)),
      layout: {
        firstRow: 0,
        firstColumn: null,
        columns: [{ column: 1, name: "IID", role: "sample" }],
        rows: [],
      },
    };
  },
};

interface Fields {
  /** From 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

function fieldsOf(lines: readonly string[]): Fields[] {
  return lines.flatMap((text, k) =>
    text.trim() === "" ? [] : [{ line: k + 1, fields: text.trim().split(/\s+/) }],
  );
}

/** How the file is named, in lower case: `bim` of `a.BIM.gz`. */
function endingOf({ name }: Head): string {
  return /\.(\w+?)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

function widthFault(rows: readonly Fields[], { widths }: Part): string | null {
  // All lines have as many as the first, where that may have one or another number.
  const [first] = rows;
  const allowed = widths.filter((width) => width === first?.fields.length || widths.length === 1);
  const odd = rows.find(({ fields }) => !allowed.includes(fields.length));
  if (widths.length === 0 || odd === undefined) return null;
  return `Line ${odd.line} has ${odd.fields.length} fields; expected ${widths.join(" or ")}`;
}

/** What is said of each such file, whichever it is. */
function partOf(head: Head, ending: string, part: Part, fault: string | null) {
  const { calls } = part;
  const file = ending === calls ? head.path : companionOf(head.path, calls);
  const shifted = head.lines.findIndex((line) => /^\s+\S/.test(line));
  return {
    confidence: fault === null ? 0.95 : 0.9,
    evidence: [
      fault !== null || part.widths.length === 0
        ? `Its name ends in .${ending}.`
        : `Its name ends in .${ending} and each line has ${fieldsOf(head.lines)[0]?.fields.length ?? 0} fields.`,
    ],
    orientation: noCalls,
    dataSetType: noCalls,
    delimiter: { value: "\\s+", evidence: "PLINK divides its fields by spaces or tabs." },
    warnings: [
      ...(fault === null ? [] : [fault]),
      ...(shifted < 0
        ? []
        : [
            `Line ${shifted + 1} begins with a space, which makes its columns stand one further right; take it off`,
          ]),
      ...callsHint(head.path, part, file),
    ],
  };
}

/** Where the calls are to be had. */
function callsHint(path: string, { calls, isTelling }: Part, file: string | null): string[] {
  if (file === null) {
    return isTelling
      ? [`It holds no calls. There is no .${calls} file of the same name beside it that would.`]
      : [];
  }
  if (calls !== "tped") {
    return [
      `It holds no calls: those of this data set are in ${file}. Choose that file to load them.`,
    ];
  }
  const stem = basename(stemOf(path));
  return [
    `The calls of ${file === path ? "a .tped" : file} cannot be read as they are: make a .bed with ` +
      `plink --tfile ${stem} --make-bed --out ${stem}, and choose that to load them.`,
  ];
}
