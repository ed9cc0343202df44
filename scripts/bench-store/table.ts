export interface Row {
  readonly what: string;
  readonly unit: "ms" | "MB" | "/s";
  readonly value: number;
  /** At most; null where there is none. */
  readonly goal: number | null;
}

export function goal(what: string, unit: Row["unit"], value: number, most: number | null): Row {
  return { what, unit, value, goal: most };
}

/** @param share 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

const number = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "–" : value.toFixed(1);
const line = (cells: readonly string[]): string =>
  cells.map((cell, at) => (at === 0 ? cell.padEnd(42) : cell.padStart(14))).join("");

/** @param plain what plain lowdb takes for the same, by the name of the row. */
export function printTable(
  title: string,
  rows: readonly Row[],
  plain: ReadonlyMap<string, number>,
): void {
  const table = rows.map((row) =>
    line([
      row.what,
      `${number(row.value)} ${row.unit}`,
      row.goal === null ? "" : `≤ ${row.goal} ${row.unit}`,
      row.goal === null ? "" : row.value <= row.goal ? "met" : "NOT MET",
      number(plain.get(row.what)),
    ]),
  );
  const head = line([title, "Digester", "goal", "", "plain lowdb"]);
  process.stdout.write(`${[head, ...table].join("\n")}\n`);
}
