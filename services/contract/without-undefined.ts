/**
 * The object without its undefined properties, for where a property may be left out and `undefined` is no value for it.
 * Spread into another object, it keeps what that has under those names.
 */
export function withoutUndefined<T extends object>(properties: T): WithoutUndefined<T> {
  const kept = Object.entries(properties).filter(([, value]) => value !== undefined);
  // What is known of the properties is lost among their entries.
  return Object.fromEntries(kept) as WithoutUndefined<T>;
}

type WithoutUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
