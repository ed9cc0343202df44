const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count as it stands in a sentence for people: `1232000` → `1,232,000`. */
export function formatCount(value: number): string {
  return whole.format(value);
}
