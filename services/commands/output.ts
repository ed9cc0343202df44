import type { Writable } from "node:stream";

/** Data goes to stdout, everything that is said about it to stderr, so that output can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** As `print`: one value as JSON, on one line. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** What is said about the data, to stderr. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * A reader that leaves early, as `head` does, is no failure: what it did not wait for is dropped, and the command goes on to
 * its end. Any other error of the stream is thrown.
 */
export function dropUnread(stream: Writable): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

/** Columns aligned by spaces, the first row being the heads. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
