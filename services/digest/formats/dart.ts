import type { Layout } from "../../contract/preview.ts";
import type { Format, Recognition } from "./format.ts";
import { firstDartCall } from "./dart-rows.ts";
import type { Head } from "./head.ts";

/** Columns that only DArT's reports have, each with its weight. */
const METRICS =
  /^(allele_?id|clone_?id|allele_?sequence|trimmed_?sequence|snp_?position|one_?ratio.*|freq_?hom.*|freq_?hets|pic.*|avg_?pic|avg_?count.*|rep_?avg|call_?rate|qpmr|reproducibility|(avg|stdev)_?read_?depth)$/i;

interface Report {
  readonly headerRow: number;
  readonly header: readonly string[];
  readonly firstCall: number;
  readonly metrics: number;
  readonly stars: number;
  readonly rows: readonly (readonly string[])[];
  /** Different cells of the calls. */
  readonly values: ReadonlySet<string>;
  readonly snp: number;
}

function findReport(head: Head): Report | null {
  const headerRow = head.rows.findIndex((row) => row[0] !== "*");
  const header = head.rows[headerRow] ?? [];
  const metrics = header.filter((name) => METRICS.test(name.trim())).length;
  if (headerRow < 0 || metrics < 3) return null;
  const firstCall = firstDartCall(headerRow > 0 ? (head.rows[0] ?? null) : null, header);
  if (firstCall < 0) return null;
  const rows = head.rows.slice(headerRow + 1);
  return {
    headerRow,
    header,
    firstCall,
    metrics,
    stars: headerRow,
    rows,
    values: new Set(rows.flatMap((row) => row.slice(firstCall))),
    snp: header.findIndex((name) => /^snp$/i.test(name.trim())),
  };
}

const isWithin = (values: ReadonlySet<string>, allowed: string): boolean =>
  values.size > 0 && [...values].every((value) => value !== "" && allowed.includes(value));

const clone = (row: readonly string[] | undefined): string =>
  (row?.[0] ?? "").split("|", 1)[0] ?? "";

/** Of a name such as `100049687|F|0-12:A>G-12:A>G`, or of a cell `12:A>G`. */
const SNP = /:[ACGTN-]+>[ACGTN-]+(-|$)/i;

/** Whether the markers are SNPs, which a column says or else their names. */
function areSnps({ snp, rows, firstCall }: Report): boolean {
  const isSnp = (row: readonly string[]): boolean =>
    row.slice(0, firstCall).some((cell) => SNP.test(cell));
  return snp >= 0 || (rows.length > 0 && rows.every(isSnp));
}

/** Whether every second row is the SNP row of the one above it. */
function isPaired({ rows, snp }: Report): boolean {
  if (rows.length < 2) return false;
  const pairs = Math.floor(rows.length / 2);
  for (let k = 0; k < pairs; k++) {
    const [ref, alt] = [rows[2 * k], rows[2 * k + 1]];
    if (clone(ref) !== clone(alt)) return false;
    if (snp >= 0 && ((ref?.[snp] ?? "") !== "" || (alt?.[snp] ?? "") === "")) return false;
  }
  return true;
}

function recognised(
  report: Report,
  confidence: number,
  evidence: string,
  dataSetType: Recognition["dataSetType"],
  missing: string[],
): Recognition {
  const { header, headerRow, firstCall, stars, metrics } = report;
  const find = (pattern: RegExp): number => header.findIndex((name) => pattern.test(name.trim()));
  const columns: Layout["columns"] = [];
  const add = (column: number, role: Layout["columns"][number]["role"]): void => {
    if (column >= 0 && column < firstCall)
      columns.push({ column, name: header[column] ?? "", role });
  };
  add(Math.max(0, find(/^(allele_?id|clone_?id)$/i)), "marker");
  add(report.snp, "snp");
  add(find(/^chrom(_|$)/i), "chromosome");
  add(find(/^(chrom_?)?pos(_|$)/i), "position");
  return {
    confidence,
    evidence: [
      evidence,
      ...(stars > 0 ? [`${stars} lines begin with stars, as the reports of DArT do.`] : []),
      `${metrics} columns have names of DArT's metrics; the samples begin in column ${firstCall + 1}.`,
    ],
    orientation: { value: "MARKER_FAST", evidence: "A report of DArT has its markers in rows." },
    dataSetType,
    missing,
    layout: {
      firstRow: headerRow + 1,
      firstColumn: firstCall,
      columns,
      rows: [{ row: headerRow, role: "sample" }],
    },
  };
}

const codominant: Recognition["dataSetType"] = {
  value: "CO_DOMINANT_NON_NUCLEOTIDE",
  evidence:
    "The reader makes 0 of the reference homozygote, 2 of the SNP homozygote, 1 of both alleles.",
};

export const dartOneRow: Format = {
  name: "DART_ONE_ROW",
  title: "DArTseq SNPs, one row for each marker",
  recognise(head) {
    const report = findReport(head);
    if (report === null || !areSnps(report) || !isWithin(report.values, "012-") || isPaired(report))
      return null;
    return recognised(
      report,
      0.96,
      "Each row has a SNP and calls of 0, 1, 2 and -.",
      codominant,
      [],
    );
  },
};

export const dartTwoRow: Format = {
  name: "DART_TWO_ROW",
  title: "DArTseq SNPs, two rows for each marker",
  recognise(head) {
    const report = findReport(head);
    if (report === null || !isWithin(report.values, "01-") || !isPaired(report)) return null;
    return recognised(
      report,
      0.98,
      "Rows come in pairs, of the reference and of the SNP allele, with 0, 1 and -.",
      codominant,
      [],
    );
  },
};

export const silicoDart: Format = {
  name: "SILICO_DART",
  title: "SilicoDArT, presence and absence",
  recognise(head) {
    const report = findReport(head);
    if (report === null || areSnps(report) || !isWithin(report.values, "01-") || isPaired(report))
      return null;
    return recognised(
      report,
      0.96,
      "Nothing says a SNP, and calls are 0, 1 and -.",
      { value: "DOMINANT_NON_NUCLEOTIDE", evidence: "A fragment is there or it is not." },
      report.values.has("-") && head.readCell("-", "letters") !== null ? ["-"] : [],
    );
  },
};
