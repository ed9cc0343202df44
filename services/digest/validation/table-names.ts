import { tableChecks } from "./rules.ts";

const KNOWN = [...Object.keys(tableChecks), "matrix"];

/**
 * The tables of GOBii that one of another name was most likely meant to be, since their names are as near as a slip of the
 * pen; none for a name that GOBii knows, or that is far from all of them.
 */
export function nearestTables(table: string): string[] {
  if (KNOWN.includes(table)) return [];
  const asked = plainName(table);
  const ranked = KNOWN.map((name) => ({ name, distance: editDistance(asked, plainName(name)) }));
  const least = Math.min(...ranked.map(({ distance }) => distance));
  if (least > Math.max(1, Math.floor(asked.length / 4))) return [];
  return ranked.filter(({ distance }) => distance === least).map(({ name }) => name);
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .slice(0, 40);
}

/** How many letters have to be put in, taken out or changed (Levenshtein, 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let k = 1; k <= b.length; k++) {
      const change = (row[k - 1] ?? 0) + (a[i - 1] === b[k - 1] ? 0 : 1);
      next.push(Math.min(change, (row[k] ?? 0) + 1, (next[k - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
