/** One quantity over time, one value for each bucket. */
export interface Series {
  readonly name: string;
  /** A custom property of the page's style, e.g. `--status-failed`. */
  readonly colour: string;
  /** Null where there is nothing to tell. */
  readonly values: readonly (number | null)[];
  readonly shape: "bar" | "line";
}

/** Quantities over the same buckets of time. */
export interface TimeSeries {
  /** Starts of the buckets, milliseconds since 1970. */
  readonly times: readonly number[];
  readonly bucketMs: number;
  readonly series: readonly Series[];
  /** A value with its unit. */
  readonly format: (value: number) => string;
}

/** Whether there is anything to be seen. */
export function isEmpty({ series }: TimeSeries): boolean {
  return series.every(({ values }) => values.every((value) => value === null || value === 0));
}
