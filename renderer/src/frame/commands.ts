/** What can be done wherever one is. */
export type Command =
  | { readonly kind: "go"; readonly path: string }
  | { readonly kind: "search" }
  | { readonly kind: "palette" }
  | { readonly kind: "keys" }
  | { readonly kind: "scheme"; readonly scheme: "light" | "dark" | "auto" }
  | { readonly kind: "zone"; readonly zone: "local" | "UTC" }
  /** On the desktop only. */
  | { readonly kind: "instruction" };

export interface CommandEntry {
  readonly words: string;
  readonly command: Command;
  /** One key, or two in a row. */
  readonly keys?: string;
  /** What people may look for it by, beside its words. */
  readonly also?: string;
  readonly isDesktopOnly?: true;
}

/** The one list behind the palette, the keys and the list of keys. */
export const commands: readonly CommandEntry[] = [
  { keys: "g o", words: "Go to Overview", command: { kind: "go", path: "/" }, also: "home" },
  { keys: "g j", words: "Go to Jobs", command: { kind: "go", path: "/jobs" }, also: "loads" },
  {
    keys: "g s",
    words: "Go to Submit",
    command: { kind: "go", path: "/submit" },
    also: "new load",
  },
  { keys: "g d", words: "Go to Digesters", command: { kind: "go", path: "/digesters" } },
  {
    keys: "g r",
    words: "Go to Regulator",
    command: { kind: "go", path: "/regulator" },
    also: "strategy waiting line queue swap",
  },
  { keys: "g a", words: "Go to Activity", command: { kind: "go", path: "/activity" } },
  {
    keys: "g ,",
    words: "Go to Settings",
    command: { kind: "go", path: "/settings" },
    also: "preferences diagnostics tokens data roots notifications density",
  },
  { keys: "g f", words: "Show failed loads", command: { kind: "go", path: "/jobs?status=failed" } },
  {
    keys: "g w",
    words: "Show waiting loads",
    command: { kind: "go", path: "/jobs?status=submitted" },
  },
  {
    words: "Open an instruction file…",
    command: { kind: "instruction" },
    isDesktopOnly: true,
    also: "submit",
  },
  {
    words: "Theme: light",
    command: { kind: "scheme", scheme: "light" },
  },
  { words: "Theme: dark", command: { kind: "scheme", scheme: "dark" } },
  { words: "Theme: as the system", command: { kind: "scheme", scheme: "auto" } },
  { words: "Times in UTC", command: { kind: "zone", zone: "UTC" } },
  { words: "Times in local time", command: { kind: "zone", zone: "local" } },
  { keys: "/", words: "Search jobs", command: { kind: "search" } },
  { keys: ".", words: "Look for a command or a job", command: { kind: "palette" } },
  { keys: "?", words: "Show the keys", command: { kind: "keys" }, also: "help shortcuts" },
];

/** Those that are of use here and hold every word that was typed. */
export function findCommands(typed: string, isDesktop: boolean): CommandEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((entry) => {
    if (entry.isDesktopOnly === true && !isDesktop) return false;
    const text = `${entry.words} ${entry.also ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
