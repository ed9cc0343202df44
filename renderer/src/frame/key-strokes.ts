import { commands, type Command } from "./commands.ts";

/** A second key counts as a sequence with the first only within this time. */
const sequenceMs = 1000;

export interface Strokes {
  readonly pending: string | null;
  readonly at: number;
}

export const noStrokes: Strokes = { pending: null, at: 0 };

/** The next state after a key, and the command that it completes, if any. */
export function stroke(
  before: Strokes,
  key: string,
  now: number,
): { strokes: Strokes; command: Command | null } {
  const prefix = before.pending !== null && now - before.at < sequenceMs ? before.pending : null;
  const typed = prefix === null ? key : `${prefix} ${key}`;
  const found = commands.find((one) => one.keys === typed);
  if (found !== undefined) return { strokes: noStrokes, command: found.command };
  if (commands.some((one) => one.keys?.startsWith(`${key} `) === true)) {
    return { strokes: { pending: key, at: now }, command: null };
  }
  return { strokes: noStrokes, command: null };
}
