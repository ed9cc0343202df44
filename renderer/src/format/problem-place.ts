import type { DigestProblem } from "../../../services/contract/result.ts";
import { formatCount } from "./numbers.ts";

/** `/data/wheat.vcf, line 211, column 14`; empty where the place is unknown. */
export function placeOf({ file, line, column }: DigestProblem): string {
  return [
    file,
    line === null ? null : `line ${formatCount(line)}`,
    column === null ? null : `column ${formatCount(column)}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}
