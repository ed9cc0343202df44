/** The last name of a path. */
export function fileName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

/** A text with the last names alone of the paths in it: in a row the name of a file must do, the cause stands behind it. */
export function withoutFolders(text: string): string {
  // What follows a letter or digit is no path but alleles, as in A/C/G.
  return text.replaceAll(/(?<![^\s["'(])(?:\/[^\s/:,\]]+)+\/([^\s/:,\]]+\/?)/g, "$1");
}
