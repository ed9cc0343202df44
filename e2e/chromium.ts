import { existsSync } from "node:fs";
import { chromium, type Browser } from "@playwright/test";

/** Nothing but the product's own pages is asked for; a container's root has no namespace for the sandbox. */
export const chromiumArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--disable-sync",
  "--no-default-browser-check",
  "--no-first-run",
];

export type FoundChromium = { path: string } | { missing: string };

/** The Chromium that the specs run on: `$CHROMIUM`, the system's own, or the one that Playwright downloaded. */
export function findChromium(
  environment: NodeJS.ProcessEnv = process.env,
  exists: (path: string) => boolean = existsSync,
): FoundChromium {
  const named = environment["CHROMIUM"];
  if (named !== undefined && named !== "") {
    return exists(named)
      ? { path: named }
      : { missing: `$CHROMIUM names ${named}, which is absent` };
  }
  const candidates = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    chromium.executablePath(),
  ];
  const path = candidates.find(exists);
  return path === undefined
    ? {
        missing:
          "no Chromium was found: install one (Debian: apt-get install chromium; elsewhere: npx playwright install chromium), " +
          "or name it in $CHROMIUM",
      }
    : { path };
}

/**
 * Starts it, for a script that draws with it.
 *
 * @throws Error where there is none.
 */
export async function launchChromium(): Promise<Browser> {
  const found = findChromium();
  if ("missing" in found) throw new Error(found.missing);
  return chromium.launch({ executablePath: found.path, args: [...chromiumArguments] });
}
