/** A number for a name, while it is being typed. */
export interface NumberRow {
  readonly name: string;
  readonly number: number | "";
}

/** The rows that a value stands for; none where it is no such value. */
export function rowsOf(value: unknown): NumberRow[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, number]) =>
    typeof number === "number" ? [{ name, number }] : [],
  );
}

/** What rows mean: half-typed ones nothing yet; of a name that stands twice the first row counts. */
export function numbersOf(rows: readonly NumberRow[]): Record<string, number> {
  const numbers = new Map<string, number>();
  for (const { name, number } of rows) {
    const key = name.trim();
    if (key !== "" && number !== "" && !numbers.has(key)) numbers.set(key, number);
  }
  return Object.fromEntries(numbers);
}

/** Whether a row's name stands in one before it. */
export function isRepeated(rows: readonly NumberRow[], index: number): boolean {
  const name = rows[index]?.name.trim() ?? "";
  return name !== "" && rows.slice(0, index).some((row) => row.name.trim() === name);
}
