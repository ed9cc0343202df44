import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright";
import type { BrowserContext } from "playwright";
import { chromiumArguments, findChromium } from "../chromium.ts";
import { reply } from "./control.ts";

/**
 * Starts the Chromium whose pages are the app's windows, and tells the spec where to reach it. Its first page is never a
 * window: it keeps the browser alive while there are none.
 */
export async function launchChromium(userData: string): Promise<BrowserContext> {
  const found = findChromium();
  if ("missing" in found) throw new Error(found.missing);
  const profile = join(userData, "chromium");
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: found.path,
    args: [...chromiumArguments, "--remote-debugging-port=0"],
    viewport: { width: 1360, height: 860 },
    // Signals are the app's to handle.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const [port] = (await readFile(join(profile, "DevToolsActivePort"), "utf8")).split("\n");
  reply({ debuggingPort: Number(port) });
  return context;
}
