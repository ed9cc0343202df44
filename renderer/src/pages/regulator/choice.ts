import type { RegulatorChoice } from "../../../../services/contract/regulator.ts";

type Options = RegulatorChoice["options"];

/** @param value undefined: not said, so that the regulator's own default holds. */
export function withOption(options: Options, name: string, value: unknown): Options {
  const others = Object.entries(options).filter(([other]) => other !== name);
  return Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
}

/** Whether two choices say the same, in whatever order. */
export function sameChoice(one: RegulatorChoice, other: RegulatorChoice): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ name, options }: RegulatorChoice): string {
  return JSON.stringify([name, Object.entries(options).toSorted(([a], [b]) => a.localeCompare(b))]);
}
