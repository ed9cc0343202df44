const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `1204` → `1,204`. */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** `formatPlural(1204, "job")` → `1,204 jobs`. */
export function formatPlural(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** Share of one as whole percent; never `100 %` before all is done, never `0 %` once something is. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.01) return "<1 %";
  if (share > 0.99 && share < 1) return "99 %";
  return `${Math.round(share * 100)} %`;
}

/** A small share with one decimal, e.g. of missing calls: `3.6 %`. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1 %";
  return `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;
}

/** Thousands of bytes, or 1,024 of them and names that say so. */
export type ByteUnits = "decimal" | "binary";

const scales = {
  decimal: { step: 1000, names: ["B", "kB", "MB", "GB", "TB"] },
  binary: { step: 1024, names: ["B", "KiB", "MiB", "GiB", "TiB"] },
} as const;

/** Up to three significant digits: `410 MB`, `1.9 GB`; in binary units `391 MiB`, `1.8 GiB`. */
export function formatBytes(bytes: number, units: ByteUnits): string {
  const { step, names } = scales[units];
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= step && unit < names.length - 1) {
    value /= step;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${names[unit] ?? "B"}`;
}

/** Bytes per second. */
export function formatRate(bytesPerSecond: number, units: ByteUnits): string {
  return `${formatBytes(bytesPerSecond, units)}/s`;
}
