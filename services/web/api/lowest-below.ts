import { StringDecoder } from "node:string_decoder";
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
  for await (const lines of linesOf(table)) {
    for (const line of lines) {
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
  }
  return { count, lowest: lowestOf(lowest, limit) };
}

/** Of equals those that came first. */
function lowestOf(all: Below["lowest"], limit: number): Below["lowest"] {
  return all.toSorted((a, b) => a.value - b.value).slice(0, limit);
}

/** The lines of a stream, as many at a time as a chunk ends; whatever becomes of the stream is thrown here. */
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split("\n");
    rest = lines.pop() ?? "";
    yield lines;
  }
  if (rest !== "") yield [rest];
}
