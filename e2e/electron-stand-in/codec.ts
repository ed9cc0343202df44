/*
 * Text form of what crosses between page and main. Both functions are also pasted into the page, so they stand alone.
 * JSON with `undefined`; anything else that JSON would lose is refused, since Electron would carry it.
 */

export function encode(value: unknown): string {
  const refused = [Map, Set, Date, RegExp, ArrayBuffer, Error];
  return JSON.stringify(structuredClone(value), function replace(key, inner: unknown) {
    const original: unknown = key === "" ? inner : this[key];
    if (original === undefined) return { $undefined: true };
    if (refused.some((type) => original instanceof type) || ArrayBuffer.isView(original)) {
      throw new Error("the stand-in carries plain values only");
    }
    return inner;
  });
}

export function decode(text: string): unknown {
  return JSON.parse(text, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && "$undefined" in inner ? undefined : inner,
  );
}
