/** What is drawn of a sample. */
export interface SampleFigures {
  readonly name: string;
  readonly callRate: number;
  /** Null: none of its calls is known as a whole. */
  readonly heterozygosity: number | null;
}

/**
 * The figures of each sample of a quality table.
 *
 * @param table tab-separated, with a header, as the service gives it.
 * @returns none where the table does not have them.
 */
export function sampleFiguresOf(table: string): SampleFigures[] {
  const [header = "", ...lines] = table.split("\n").filter((line) => line !== "");
  const heads = header.split("\t");
  const [rateAt, heterozygosityAt] = [heads.indexOf("call_rate"), heads.indexOf("heterozygosity")];
  if (rateAt === -1) return [];
  return lines.map((line) => {
    const cells = line.split("\t");
    const heterozygosity = cells[heterozygosityAt] ?? "";
    return {
      name: cells[0] ?? "",
      callRate: Number(cells[rateAt]),
      heterozygosity: heterozygosity === "" ? null : Number(heterozygosity),
    };
  });
}
