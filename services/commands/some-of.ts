import { InvalidArgumentError } from "commander";

/** Reads a list with commas of which each part is one of the known words. */
export function someOf<T extends string>(known: readonly T[]): (list: string) => T[] {
  return (list) =>
    list.split(",").map((name) => {
      const found = known.find((one) => one === name.trim());
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`Expected some of ${known.join(", ")}.`);
    });
}
