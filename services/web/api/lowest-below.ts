import { createInterface } from "node:readline";
import type { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import type { Below, BelowQuery } from "../../contract/quality.ts";

/**
 * Whoever stands below a threshold in a table of markers or samples, which may have millions of rows: it is read as it comes,
 * and only as many are kept as are wanted.
 *
 * @param table tab-separated, with a header; names in the first column.
 * @throws AppError `not_found` where the table does not have the figure.
 */
export async function lowestBelow(
  table: NodeJS.ReadableStream,
  { figure, under, limit }: z.output<typeof BelowQuery>,
): Promise<Below> {
  let at: number | null = null;
  let count = 0;
  let lowest: Below["lowest"] = [];
  for await (const line of createInterface({ input: table, crlfDelay: Infinity })) {
    const cells = line.split("\t");
    if (at === null) {
      at = cells.indexOf(figure);
      if (at === -1) throw new AppError("not_found", `This table does not have ${figure}.`);
      continue;
    }
    const [name = "", text = ""] = [cells[0], cells[at]];
    const value = Number(text);
    if (text === "" || !(value < under)) continue;
    count += 1;
    lowest.push({ name, value });
    // Now and then, so that each row costs little.
    if (lowest.length >= 2 * limit) lowest = lowestOf(lowest, limit);
  }
  return { count, lowest: lowestOf(lowest, limit) };
}

/** Of equals those that came first. */
function lowestOf(all: Below["lowest"], limit: number): Below["lowest"] {
  return all.toSorted((a, b) => a.value - b.value).slice(0, limit);
}
