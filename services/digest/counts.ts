/** A count as it stands in a sentence for people: `1232000` → `1,232,000`. */
export function formatCount(value: number): string {
  // No formatter of its own: to make one takes 20 ms, which a digest with nothing to tell does not need.
  return value.toLocaleString("en", { maximumFractionDigits: 0 });
}

/** `1 cell`, `3 cells`. */
export function formatPlural(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? "" : "s"}`;
}
