import { InvalidArgumentError } from "commander";

/** A whole number from 1 of a command line. */
export function readPositive(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("Expected a whole number from 1.");
}
