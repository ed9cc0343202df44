import type { NumberBounds } from "./options-schema.ts";

/** What a number may be, as its input is told. */
export function boundsProps({ isWhole, min, max }: NumberBounds) {
  return {
    allowDecimal: !isWhole,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined || max > 1e12 ? {} : { max }),
  };
}
