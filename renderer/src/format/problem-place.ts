import type { DigestProblem } from "../../../services/contract/result.ts";
import { formatCount } from "./numbers.ts";

/** `/data/wheat.vcf, line 211, column 14, sample W14`; empty where the place is unknown. */
export function placeOf(problem: DigestProblem): string {
  const { file, line, column, columnName, sample, marker } = problem;
  return [
    file,
    line === null ? null : `line ${formatCount(line)}`,
    column === null ? null : `column ${formatCount(column)}`,
    columnName === undefined ? null : `column ${columnName}`,
    sample === undefined ? null : `sample ${sample}`,
    marker === undefined ? null : `marker ${marker}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}
