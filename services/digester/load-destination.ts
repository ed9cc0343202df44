import { isAbsolute, resolve } from "node:path";
import { AppError } from "../contract/errors.ts";
import type { Load } from "../contract/load.ts";

/**
 * Where all tables of a load go: publishing is one move.
 *
 * @throws AppError `invalid_instruction` unless there is exactly one such place.
 */
export function destinationOf(load: Load): string {
  const named = load.tables.map(({ destination }) => destination).filter((path) => path !== "");
  // A relative one stays so, for whoever opens it to refuse.
  const paths = named.map((path) => (isAbsolute(path) ? resolve(path) : path));
  const [destination, ...others] = new Set(paths);
  if (destination === undefined) {
    throw new AppError("invalid_instruction", "The instruction names no destination.");
  }
  if (others.length > 0) {
    const all = [destination, ...others].join(", ");
    throw new AppError(
      "invalid_instruction",
      `Expected one destination of all tables, got ${all}.`,
    );
  }
  return destination;
}
