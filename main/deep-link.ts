/** The scheme that opens the app from elsewhere: `digester://jobs/7`. */
export const scheme = "digester";

/** The console's places that a link may name. Anything can send a link, so only views are here, no actions. */
const places: readonly RegExp[] = [
  /^\/(jobs|digesters|submit|activity)$/,
  /^\/jobs\/[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/,
];

/** The console's path that a deep link names; null for a link that names no place, or is no link of ours. */
export function pathOfLink(link: string): string | null {
  if (!URL.canParse(link)) return null;
  const url = new URL(link);
  if (url.protocol !== `${scheme}:`) return null;
  const path = `/${url.host}${url.pathname}`.replace(/\/$/, "");
  return places.some((place) => place.test(path)) ? path : null;
}

/** What a command line asks for: a place in the console, an instruction file, or nothing but the app. */
export type LaunchRequest =
  { kind: "none" } | { kind: "navigate"; path: string } | { kind: "instruction"; file: string };

/**
 * Reads the arguments of a first or second launch: a deep link, else the first `.json` file.
 *
 * @param argv without the executable; Chromium adds switches of its own to it, which are passed over.
 */
export function readLaunch(argv: readonly string[]): LaunchRequest {
  for (const argument of argv) {
    const path = pathOfLink(argument);
    if (path !== null) return { kind: "navigate", path };
  }
  const file = argv.find((argument) => !argument.startsWith("-") && /\.json$/i.test(argument));
  return file === undefined ? { kind: "none" } : { kind: "instruction", file };
}
