/** What a key does wherever one is, unless one is typing. */
export type Command =
  | { readonly kind: "go"; readonly path: string }
  | { readonly kind: "search" }
  | { readonly kind: "help" };

export const keyCommands: readonly { keys: string; words: string; command: Command }[] = [
  { keys: "g j", words: "Go to Jobs", command: { kind: "go", path: "/jobs" } },
  { keys: "g s", words: "Go to Submit", command: { kind: "go", path: "/submit" } },
  { keys: "g d", words: "Go to Digesters", command: { kind: "go", path: "/digesters" } },
  { keys: "g a", words: "Go to Activity", command: { kind: "go", path: "/activity" } },
  { keys: "/", words: "Search jobs", command: { kind: "search" } },
  { keys: "?", words: "Show this list", command: { kind: "help" } },
];

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
  const found = keyCommands.find((one) => one.keys === typed);
  if (found !== undefined) return { strokes: noStrokes, command: found.command };
  if (keyCommands.some((one) => one.keys.startsWith(`${key} `))) {
    return { strokes: { pending: key, at: now }, command: null };
  }
  return { strokes: noStrokes, command: null };
}
